// The duplicate of a socket: its owner may close its own at any moment, and shutting down one shuts down both.
#include "storage/pulse.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace parley::storage {

void pulse::talk_over(int socket) {
    const int mine = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    const std::lock_guard held(mutex_);
    if (socket_ >= 0) ::close(socket_);
    socket_ = mine;
}

bool pulse::cut(std::chrono::milliseconds longer_than) {
    const std::lock_guard held(mutex_);
    if (socket_ < 0 || !since_ || steady::now() - *since_ <= longer_than) return false;
    ::shutdown(socket_, SHUT_RDWR);
    since_ = steady::now();
    return true;
}

}  // namespace parley::storage
