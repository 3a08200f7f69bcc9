#pragma once

namespace longpolld {

/// A lock as plain code sees it, which knows no threads.
class critical_section {
 public:
  /// Inside for as long as it lives.
  class guard {
   public:
    explicit guard(critical_section& of) : of_(of) { of_.enter(); }
    ~guard() { of_.leave(); }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    critical_section& of_;
  };

 protected:
  ~critical_section() = default;

 private:
  virtual void enter() = 0;
  virtual void leave() = 0;
};

}  // namespace longpolld
