// A queue, workers, and a look at how long each has been inside of a plugin.
#include "plugins/executor.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace parley::plugins {

/// One thread's state, which outlives the thread.
struct executor::worker {
    std::atomic<std::int64_t> until{0};  // deadline of the call it is in; 0: in none
    std::atomic<std::int64_t> since{0};  // when that began
    std::atomic<watch*> in{nullptr};
    std::mutex guard;
    std::shared_ptr<task> current;  // guarded
    bool replaced = false;          // guarded; until it has finished its task
    watch* stuck_in = nullptr;      // guarded; until the call has returned
};

/// Belongs to the executor and to every thread, because a thread that hangs may outlive the executor.
struct executor::shared : std::enable_shared_from_this<executor::shared> {
    shared(executor_options from, const monotonic& by) : how(from), time(by) {}

    void add_thread();
    void work(const std::shared_ptr<worker>& me);
    /// Whether this worker goes on; a replaced one does not.
    bool finish(worker& me);
    void replace(worker& one);
    [[nodiscard]] std::size_t stuck() const;

    const executor_options how;
    const monotonic& time;
    mutable std::mutex guard;
    std::condition_variable changed;
    std::deque<std::shared_ptr<task>> queue;
    std::vector<std::shared_ptr<worker>> workers;
    std::size_t replaced = 0;
    std::size_t running = 0;
    bool stopping = false;
    bool bound_told = false;
};

namespace {
thread_local void* own_worker = nullptr;
}

void executor::shared::add_thread() {
    auto made = std::make_shared<worker>();
    workers.push_back(made);
    ++running;
    std::thread([self = shared_from_this(), made] {
        own_worker = made.get();
        self->work(made);
        own_worker = nullptr;
    }).detach();
}

void executor::shared::work(const std::shared_ptr<worker>& me) {
    std::unique_lock lock(guard);
    while (true) {
        changed.wait(lock, [this] { return stopping || !queue.empty(); });
        if (stopping) break;
        auto next = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        {
            const std::lock_guard own(me->guard);
            me->current = next;
        }
        next->run();
        next.reset();
        lock.lock();
        if (!finish(*me)) break;
    }
    std::erase(workers, me);
    --running;
    changed.notify_all();
}

bool executor::shared::finish(worker& me) {
    std::shared_ptr<task> done;
    const std::lock_guard own(me.guard);
    done.swap(me.current);
    if (!std::exchange(me.replaced, false)) return true;
    --replaced;
    return running - replaced <= how.threads;
}

void executor::shared::replace(worker& one) {
    one.replaced = true;
    ++replaced;
    if (!stopping && replaced <= how.most_replaced) return add_thread();
    if (!std::exchange(bound_told, true))
        log::error("so many threads hang in plugins that no more are started; restart the server");
}

std::size_t executor::shared::stuck() const {
    std::size_t made = 0;
    for (const auto& one : workers) {
        const std::lock_guard own(one->guard);
        if (one->stuck_in != nullptr) ++made;
    }
    return made;
}

executor::executor(executor_options how, const monotonic& time) : shared_(std::make_shared<shared>(how, time)) {
    const std::lock_guard lock(shared_->guard);
    for (unsigned i = 0; i < how.threads; ++i) shared_->add_thread();
}

executor::~executor() { stop(); }

bool executor::post(std::shared_ptr<task> one) {
    {
        const std::lock_guard lock(shared_->guard);
        if (shared_->stopping || shared_->queue.size() >= shared_->how.most_waiting) return false;
        shared_->queue.push_back(std::move(one));
    }
    shared_->changed.notify_one();
    return true;
}

void executor::look() {
    std::vector<std::shared_ptr<task>> hanging;
    {
        auto& all = *shared_;
        const std::lock_guard lock(all.guard);
        const auto now = all.time.now();
        const auto workers = all.workers;
        for (const auto& one : workers) {
            const std::lock_guard own(one->guard);
            const auto until = one->until.load(std::memory_order_acquire);
            if (until == 0) continue;
            const bool over = ticks(until) + all.how.grace <= now;
            const bool slow =
                !all.queue.empty() && ticks(one->since.load(std::memory_order_relaxed)) + all.how.patience <= now;
            if ((over || slow) && !one->replaced) all.replace(*one);
            if (!over || one->stuck_in != nullptr) continue;
            one->stuck_in = one->in.load(std::memory_order_relaxed);
            one->stuck_in->stuck.fetch_add(1);
            if (one->current) hanging.push_back(one->current);
            log::error("a plugin does not come back from a call; another thread takes over",
                       {{"plugin", one->stuck_in->plugin()}, {"what", one->stuck_in->name()}});
        }
    }
    for (const auto& one : hanging) one->hangs();
}

void executor::stop() {
    std::deque<std::shared_ptr<task>> dropped;
    std::unique_lock lock(shared_->guard);
    if (std::exchange(shared_->stopping, true)) return;
    dropped.swap(shared_->queue);
    shared_->changed.notify_all();
    shared_->changed.wait_for(lock, std::chrono::seconds{2}, [this] { return shared_->running == shared_->stuck(); });
    if (shared_->running != 0)
        log::warning("threads that hang in plugins are left behind", {{"threads", shared_->running}});
    lock.unlock();
    for (const auto& one : dropped) one->dropped();
}

executor::counts executor::now() const {
    const std::lock_guard lock(shared_->guard);
    return {
        .threads = shared_->running - shared_->replaced, .stuck = shared_->stuck(), .waiting = shared_->queue.size()};
}

executor::inside::inside(watch& in, ticks began, ticks deadline) {
    auto* me = static_cast<worker*>(own_worker);
    if (me == nullptr) return;
    me->in.store(&in, std::memory_order_relaxed);
    me->since.store(began.count(), std::memory_order_relaxed);
    me->until.store(deadline.count(), std::memory_order_release);
}

executor::inside::~inside() {
    auto* me = static_cast<worker*>(own_worker);
    if (me == nullptr) return;
    const std::lock_guard own(me->guard);
    me->until.store(0, std::memory_order_relaxed);
    if (auto* in = std::exchange(me->stuck_in, nullptr)) in->stuck.fetch_sub(1);
}

}  // namespace parley::plugins
