#include "longpolld/thread/io/doorbell.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace longpolld {

doorbell::doorbell(readiness& by) : by_(by), descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
  by_.add(descriptor_, *this);
}

doorbell::~doorbell() {
  by_.remove(*this);
  ::close(descriptor_);
}

void doorbell::ring() noexcept {
  // Watched for edges, so that it need not be read: its count cannot overflow in the life of a machine.
  if (!rung_.exchange(true)) ::eventfd_write(descriptor_, 1);
}

}  // namespace longpolld
