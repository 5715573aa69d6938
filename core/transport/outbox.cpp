// Flushing: gather, try at once, and wait for room only when the kernel has none.
#include "transport/outbox.hpp"

#include <array>
#include <cassert>
#include <new>
#include <span>
#include <utility>

#include <sys/uio.h>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "base/empty_out.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t frames_per_write = 512;  // the kernel takes 1,024; half of that keeps the stack small
constexpr std::size_t kept_while_empty = 4;    // entries: what one turn says to a connection, mostly
constexpr int writes_per_turn = 4;             // then the other connections of the thread have their turn

}  // namespace

outbox::outbox(io_thread& home, wire line, std::size_t limit) : home_(home), line_(std::move(line)), limit_(limit) {}

outbox::outcome outbox::push(std::shared_ptr<const void> owner, std::string_view bytes) {
    if (ended_) return outcome::ended;
    const auto queued = queued_bytes();
    if (queued > 0 && queued + bytes.size() > limit_) {
        drop_unstarted();
        return outcome::overflow;
    }
    enqueue(std::move(owner), bytes);
    return outcome::queued;
}

void outbox::write(std::string unit, written done) {
    assert(!write_done_ && "Beast writes one unit at a time");
    write_done_ = std::move(done);
    write_size_ = unit.size();
    if (ended_ || unit.empty()) {
        complete_write(ended_ ? make_error_code(boost::asio::error::broken_pipe) : boost::system::error_code{});
        return;
    }
    auto owner = std::make_shared<const std::string>(std::move(unit));
    const std::string_view bytes{*owner};
    enqueue(std::move(owner), bytes);
    write_ends_ = pushed_;
}

void outbox::enqueue(std::shared_ptr<const void> owner, std::string_view bytes) {
    items_.push_back({std::move(owner), bytes});
    pushed_ += bytes.size();
    schedule();
}

void outbox::schedule() {
    if (scheduled_ || waiting_) return;
    home_.flush_soon(shared_from_this());
    scheduled_ = true;
}

void outbox::flush() {
    scheduled_ = false;
    if (waiting_ || ended_) return;
    try {
        write_some();
    } catch (...) {
        close();  // nobody would come back to what is left
        throw;
    }
}

void outbox::write_some() {
    std::array<iovec, frames_per_write> pieces;
    const auto most = line_.most_at_once();
    for (int turn = 0; turn < writes_per_turn && (head_ < items_.size() || line_.holds()); ++turn) {
        std::size_t count = 0;
        std::size_t wanted = 0;
        for (auto at = head_; at < items_.size() && count < pieces.size() && wanted < most; ++at, ++count) {
            const auto rest = items_[at].rest;
            pieces[count] = {const_cast<char*>(rest.data()), rest.size()};
            wanted += rest.size();
        }
        const auto made = line_.send(std::span(pieces).first(count), wanted);
        home_.counters().write_calls.add(1);
        if (made.why) {
            fail(made.why);
            return;
        }
        if (made.bytes > 0) advance(made.bytes);
        if (made.full) {
            wait_until_writable();
            break;
        }
    }
    if (head_ < items_.size()) schedule();
    if (write_done_ && written_ >= write_ends_ && !line_.holds()) std::exchange(write_done_, {})({}, write_size_);
}

void outbox::advance(std::size_t written) {
    home_.counters().bytes_written.add(written);
    written_ += written;
    while (written > 0 && written >= items_[head_].rest.size()) {
        written -= items_[head_].rest.size();
        items_[head_++] = {};
        head_started_ = false;
    }
    if (head_ == items_.size()) {
        forget_all();
        return;
    }
    if (written > 0) {
        items_[head_].rest.remove_prefix(written);
        head_started_ = true;
    }
    if (head_ > items_.size() / 2) {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

void outbox::forget_all() {
    items_.clear();
    if (items_.capacity() > kept_while_empty) empty_out(items_);
    head_ = 0;
}

void outbox::wait_until_writable() {
    line_.socket().async_wait(tcp_socket::wait_write, [self = shared_from_this()](boost::system::error_code why) {
        self->waiting_ = false;
        if (self->ended_) return;
        if (why) return self->fail(why);
        self->flush();
    });
    waiting_ = true;
}

void outbox::drop_unstarted() {
    const auto keep = head_started_ ? head_ + 1 : head_;
    for (auto at = keep; at < items_.size(); ++at) pushed_ -= items_[at].rest.size();
    items_.resize(keep);
    if (head_ == items_.size()) forget_all();
    if (write_done_ && write_ends_ > pushed_) complete_write({});
}

void outbox::fail(boost::system::error_code why) {
    ended_ = true;
    forget_all();
    pushed_ = written_;
    if (write_done_) complete_write(why);
}

void outbox::close() {
    line_.close();
    fail(boost::asio::error::operation_aborted);
}

// Through the loop, because the caller may be the one who has just begun the write. Without memory for that the write
// is forgotten: its connection is about to end, and whoever reads from it finds out.
void outbox::complete_write(boost::system::error_code why) {
    try {
        boost::asio::post(home_.context(), [done = std::exchange(write_done_, {}), why, size = write_size_]() mutable {
            done(why, why ? 0 : size);
        });
    } catch (const std::bad_alloc&) {
        home_.report("no memory to end a write");
    }
}

}  // namespace parley::transport
