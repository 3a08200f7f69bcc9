#pragma once

#include "longpolld/http/connection.hpp"
#include "longpolld/http/http_shard.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <vector>

namespace longpolld {

/// The connections of one shard. They live and end on the shard that accepted them. Thread: the shard's, but
/// for accept().
class connections {
 public:
  explicit connections(http_shard& home) : home_(home) {}
  ~connections();

  /// Takes over an accepted socket. Any thread.
  void accept(tcp_socket&& socket, const arrival& how);

  /// Has every connection end as soon as what it is doing is done, polls within about a second. What has come
  /// by now is answered.
  void drain();

  /// What holds from now on, for all that come and all that are here.
  void reconfigure(const reconfiguration& next);

  [[nodiscard]] http_shard& home() { return home_; }

 private:
  using residents = boost::intrusive::list<connection, boost::intrusive::base_hook<residents_hook>,
                                           boost::intrusive::constant_time_size<false>>;

  template <class Act>
  void each(Act act);

  http_shard& home_;
  residents residents_;
};

/// Of each shard, in the order of the shards.
using all_connections = std::vector<std::unique_ptr<connections>>;

}  // namespace longpolld
