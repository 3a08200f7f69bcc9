#pragma once

#include "longpolld/thread/store/redis_link.hpp"

#include <array>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// Scripts that Redis runs for us, and who waits for their answers. Thread: that of its link.
class redis_desk final : public redis_link::user {
 public:
  enum class script : std::uint8_t { publish, purge, time, load };
  /// What became of a call.
  struct answer {
    const resp::value* with = nullptr;  ///< null: there is none and there will not be
    bool was_sent = true;               ///< without an answer: whether it may have been done

    [[nodiscard]] bool is_good() const { return with && !with->is_error(); }
    [[nodiscard]] bool is_error(std::string_view begins) const {
      return with && with->is_error() && with->text.starts_with(begins);
    }
    /// Whether it is an error such as another server, or the same one later, may not give: of a replica, of
    /// one that still loads. Who is told so leaves this server.
    [[nodiscard]] bool is_for_another() const;
  };
  using callback = std::function<void(const answer&)>;

  /// `changed` is called when calls can be made, and with a reason when they cannot any more, after all that
  /// waited were answered.
  redis_desk(const redis_link::settings& of, readiness& by, boost::asio::io_context& on,
             std::function<void(const std::string*)> changed);

  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Precondition: is_open(). `words`: keys, then arguments.
  void call(script which, std::size_t keys, std::span<const std::string_view> words, callback then);
  /// A plain command. Precondition: is_open().
  void command(std::span<const std::string_view> words, callback then);
  void end(const std::string& why) { link_.end(why); }
  void tick(steady_time now) { link_.tick(now); }

 private:
  static constexpr std::size_t scripts = 4;

  struct waiting {
    callback then;
    std::uint64_t sent_when = 0;  // so many bytes are
  };
  void connected() override;
  void answered(resp::value&& with) override;
  void ended(const std::string& why) override;
  void load();
  void send(callback then);

  redis_link link_;
  const std::function<void(const std::string*)> changed_;
  std::array<std::string, scripts> digests_;
  std::deque<waiting> waiting_;
  std::string line_;
  std::uint64_t begun_bytes_ = 0;  // of all commands so far
  bool is_open_ = false;
};

}  // namespace longpolld
