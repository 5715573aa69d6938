// One sends, the others only put down.
#include "plugins/frame_queue.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace parley::plugins {
namespace {

constexpr std::size_t most_told = 1000;  // settings that the other side keeps

}  // namespace

frame_queue::~frame_queue() { ::close(descriptor_); }

bool frame_queue::push(std::string frame, const parley_settings* with) {
    if (frame.empty()) return false;
    std::unique_lock lock(guard_);
    if (waiting_.size() + frame.size() > most_bytes) return false;
    if (with != nullptr && !told_.contains(with->id)) {
        const bool anew = told_.size() >= most_told;
        wire::writer settings(wire::frame::settings);
        settings.number<std::uint8_t>(anew ? 1 : 0).number(with->id).text(with->json);
        auto made = settings.take();
        if (made.empty()) return false;
        if (anew) told_.clear();
        told_.insert(with->id);
        waiting_ += made;
    }
    waiting_ += frame;
    if (!sending_) send(lock);
    return true;
}

void frame_queue::flush() {
    std::unique_lock lock(guard_);
    if (!sending_) send(lock);
}

bool frame_queue::waits() const {
    const std::lock_guard lock(guard_);
    return !waiting_.empty() && !sending_;
}

void frame_queue::send(std::unique_lock<std::mutex>& lock) {
    sending_ = true;
    bool blocked = false;
    while (!waiting_.empty() && !blocked) {
        std::string batch;
        batch.swap(waiting_);
        lock.unlock();
        std::size_t gone = 0;
        while (gone < batch.size() && !blocked) {
            const auto sent =
                ::send(descriptor_, batch.data() + gone, batch.size() - gone, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent >= 0) gone += static_cast<std::size_t>(sent);
            if (sent < 0 && errno != EINTR) blocked = true;  // also when the other side is gone: its reader sees that
        }
        lock.lock();
        if (gone < batch.size()) waiting_.insert(0, batch, gone);
    }
    sending_ = false;
    if (!blocked) return;
    lock.unlock();
    stuck_();
    lock.lock();
}

}  // namespace parley::plugins
