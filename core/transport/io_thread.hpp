// One I/O thread: its loop, its counters, the sessions that live on it, and the flush at the end of a turn.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include "transport/wire_counters.hpp"

namespace parley::transport {

/// A socket whose executor is known at compile time, which makes every operation a little cheaper.
using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class io_thread;
class outbox;

/// How many sessions there are on all threads, for a stop that waits for the last one.
class census {
public:
    void arrive();
    void leave();
    /// Whether everybody had left before `patience` was over.
    bool wait_until_empty(std::chrono::milliseconds patience);

private:
    std::mutex guard_;
    std::condition_variable empty_;
    std::size_t present_ = 0;
};

/// What a stop has to say to a session of either kind. Enlisted and counted from its birth until it leaves.
class open_session : public boost::intrusive::list_base_hook<> {
public:
    explicit open_session(io_thread& home);
    virtual ~open_session();
    open_session(const open_session&) = delete;
    open_session& operator=(const open_session&) = delete;

    /// Comes to an end politely.
    virtual void drain() = 0;
    /// Comes to an end now.
    virtual void abort() = 0;

protected:
    [[nodiscard]] io_thread& home() const { return home_; }
    /// Has come to an end; whoever still holds it may destroy it on any thread.
    void leave();

private:
    io_thread& home_;
    bool present_ = true;
};

/// Everything here is for the thread itself to call, unless said otherwise.
class io_thread {
public:
    using fault_sink = std::function<void(std::string_view what)>;

    /// `on_fault` hears of exceptions that reached the loop; both must outlive this.
    io_thread(unsigned index, census& sessions, const fault_sink& on_fault);
    ~io_thread();
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;

    /// Any thread, once.
    void start();
    /// Any thread but this one.
    void stop_and_join();

    [[nodiscard]] unsigned index() const { return index_; }
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] wire_counters& counters() { return counters_; }
    [[nodiscard]] bool draining() const { return draining_; }
    /// Any thread: whether it is this one.
    [[nodiscard]] bool is_here() { return context_.get_executor().running_in_this_thread(); }

    /// Any thread. Runs `work` in the loop, all in the order in which it came; what comes in one go, as the answers to
    /// a group of writes do, wakes the loop once and has what it says flushed once.
    void post(std::move_only_function<void()> work);

    /// To whoever hears of faults.
    void report(std::string_view what) const { on_fault_(what); }

    /// Has `box` flushed once, after the handlers that are queued now.
    void flush_soon(std::shared_ptr<outbox> box);

    void drain_sessions();
    void abort_sessions();

private:
    friend class open_session;
    void run();
    void take_in();
    void flush_all();
    void for_each_session(void (open_session::*what)());

    unsigned index_;
    census& census_;
    const fault_sink& on_fault_;
    wire_counters counters_;
    bool draining_ = false;
    boost::intrusive::list<open_session> sessions_;
    std::vector<std::shared_ptr<outbox>> to_flush_;
    boost::asio::io_context context_{1};  // destroyed before what its handlers use
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::mutex inbox_guard_;
    std::vector<std::move_only_function<void()>> inbox_;
    std::thread thread_;
};

}  // namespace parley::transport
