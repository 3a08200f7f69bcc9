package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const server = "http://127.0.0.1:8080"

func main() {
	event := strings.NewReader(`{"category":"farm","data":{"pig":"oink"}}`)
	http.Post(server+"/publish", "application/json", event)
	query := url.Values{"category": {"farm"}, "since_time": {"0"}}
	for {
		var reply struct {
			Cursor string
			Events []struct{ Data json.RawMessage }
		}
		answer, err := http.Get(server + "/events?" + query.Encode())
		if err == nil && answer.StatusCode != 200 {
			err = fmt.Errorf("%s", answer.Status)
			answer.Body.Close()
		} else if err == nil {
			err = json.NewDecoder(answer.Body).Decode(&reply)
			answer.Body.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(time.Second)
			continue
		}
		query.Set("cursor", reply.Cursor)
		for _, event := range reply.Events {
			fmt.Println(string(event.Data))
		}
	}
}
