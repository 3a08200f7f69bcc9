#include "longpolld/http/reply/reply_writer.hpp"

namespace longpolld {
namespace {

/// The body, unless it is one that is sent in pieces.
void append_body(std::string& to, const reply& of) {
  if (!of.body) {
    to += of.text;
  } else if (of.body->is_one_text()) {
    to += of.body->text();
  }
}

bool has_usual_head(const reply& of) {
  return of.status == 200 && of.type == json_type && (of.for_others || of.cache == no_store) &&
         of.body_bytes() > 0;
}

}  // namespace

const std::string& reply_writer::render(const reply& what, const reply_form& form, std::int64_t at) {
  const bool is_usual = has_usual_head(what);
  // A large body is not part of what is rendered, and would be held for nothing.
  const bool is_shared =
      is_usual && what.body && what.body->is_one_text() && what.extra.empty() && !what.close;
  if (is_shared && at == second_ && what.body == shared_body_ && form == shared_form_ &&
      what.cache == usual_cache_) {
    return rendered_;
  }
  shared_body_ = nullptr;  // until all of it is rendered
  if (at != second_) {
    date_ = http_date(at);
    second_ = at;
    usual_begin_.clear();
  }
  rendered_.clear();
  if (is_usual && !usual_begin_.empty() && what.cache == usual_cache_) {
    rendered_ = usual_begin_;
  } else {
    append_head_begin(rendered_, what, date_);
    if (is_usual) {
      usual_begin_ = rendered_;
      usual_cache_ = what.cache;
    }
  }
  append_head_end(rendered_, what, form, origins_.fields(form.origin, what.for_others));
  if (!form.without_body) append_body(rendered_, what);
  shared_form_ = form;
  if (is_shared) shared_body_ = what.body;
  return rendered_;
}

}  // namespace longpolld
