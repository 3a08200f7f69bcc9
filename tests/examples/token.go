// Signs a token for a user, as your site would: go run token.go site.key alice
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func token(secret []byte, sub string) string {
	part := base64.RawURLEncoding.EncodeToString
	claims, _ := json.Marshal(map[string]any{"sub": sub, "exp": time.Now().Unix() + 300})
	text := part([]byte(`{"alg":"HS256"}`)) + "." + part(claims)
	signed := hmac.New(sha256.New, secret)
	signed.Write([]byte(text))
	return text + "." + part(signed.Sum(nil))
}

func main() {
	secret, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println(token(bytes.TrimRight(secret, "\n"), os.Args[2]))
}
