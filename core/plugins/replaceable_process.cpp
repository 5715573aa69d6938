// Swapping a pointer, and waiting until nobody needs what it pointed to.
#include "plugins/replaceable_process.hpp"

#include <atomic>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace parley::plugins {

/// Set up and not called yet; ends with this unless it is taken.
class replaceable_process::next final : public successor {
public:
    next(replaceable_process& in, std::shared_ptr<child_process> made, bindings bound)
        : in_(in), made_(std::move(made)), bound_(std::move(bound)) {}

    [[nodiscard]] const bindings& bound() const override { return bound_; }
    void take() override { in_.take(std::move(made_)); }

private:
    replaceable_process& in_;
    std::shared_ptr<child_process> made_;
    const bindings bound_;
};

replaceable_process::replaceable_process(std::filesystem::path file, child_options how)
    : file_(std::move(file)), how_(std::move(how)), now_(std::make_shared<child_process>(file_, how_)) {}

replaceable_process::~replaceable_process() { stop(); }

std::shared_ptr<child_process> replaceable_process::now() const {
    const std::lock_guard lock(guard_);
    return now_;
}

std::size_t replaceable_process::leaving() const {
    const std::lock_guard lock(guard_);
    std::size_t made = 0;
    for (const auto& one : formers_) made += one.is_over ? 0 : 1;
    return made;
}

std::expected<bindings, problems> replaceable_process::setup(const manifest& says, const parley_host& host) {
    host_ = &host;
    return now()->setup(says, host);
}

void replaceable_process::start() {
    std::shared_ptr<child_process> to;
    {
        const std::lock_guard lock(guard_);
        started_ = true;
        to = now_;
    }
    to->start();
}

void replaceable_process::stop() {
    std::shared_ptr<child_process> last;
    {
        const std::lock_guard lock(guard_);
        stopped_ = true;
        last = now_;
        for (auto& one : formers_) one.waiter.request_stop();
    }
    last->stop();
    // Whoever called them still finds them: they are kept as long as this is.
    for (auto& one : formers_)
        if (one.waiter.joinable()) one.waiter.join();
}

void replaceable_process::hook(std::uint32_t number, const parley_scope& scope, const parley_message_draft& draft,
                               parley_reply reply) {
    now()->hook(number, scope, draft, reply);
}

void replaceable_process::call(call_kind kind, std::uint32_t number, const parley_call& what, parley_reply reply) {
    now()->call(kind, number, what, reply);
}

std::string replaceable_process::trouble() const { return now()->trouble(); }

std::uint64_t replaceable_process::restarts() const {
    const auto of = now();
    const std::lock_guard lock(guard_);
    return former_restarts_ + of->restarts();
}

void replaceable_process::reloaded() { now()->reloaded(); }

std::expected<std::unique_ptr<successor>, problems> replaceable_process::succeed(std::shared_ptr<const embedded> by) {
    const auto& says = by->says;
    // Its manifest lives as long as the process does.
    const std::shared_ptr<child_process> made(new child_process(file_, how_),
                                              [kept = std::move(by)](child_process* one) { delete one; });
    auto bound = made->setup(says, *host_);
    if (!bound) return std::unexpected(std::move(bound.error()));
    return std::make_unique<next>(*this, made, std::move(*bound));
}

void replaceable_process::take(std::shared_ptr<child_process> next) {
    const std::lock_guard lock(guard_);
    if (stopped_) return;
    if (started_) next->start();
    now_.swap(next);
    former_restarts_ += next->restarts();
    next->retire();
    sweep_formers();
    auto& leaving = formers_.emplace_back();
    leaving.runs = std::move(next);
    leaving.waiter = std::jthread([this, &leaving](const std::stop_token& end) { see_out(end, leaving); });
}

/// Those who waited are over at once; the processes that somebody may still come back to stay.
void replaceable_process::sweep_formers() {
    std::erase_if(formers_, [](const former& one) { return one.is_over && !one.runs->is_awaited(); });
}

void replaceable_process::see_out(const std::stop_token& end, former& of) {
    constexpr std::chrono::milliseconds look_again{10};
    const auto until = std::chrono::steady_clock::now() + how_.leave_patience;
    bool is_done = false;
    std::unique_lock lock(guard_);
    while (!end.stop_requested() && std::chrono::steady_clock::now() < until) {
        // Nobody gets it any more; who got it before may be about to call.
        const bool alone = of.runs.use_count() == 1;
        std::atomic_thread_fence(std::memory_order_acquire);
        is_done = alone && of.runs->is_idle();
        if (is_done) break;
        changed_.wait_for(lock, end, look_again, [] { return false; });
    }
    lock.unlock();
    if (!is_done && !end.stop_requested())
        log::warning("a plugin's former process is ended with calls open", {{"file", file_.string()}});
    of.runs->stop();
    lock.lock();
    of.is_over = true;
}

}  // namespace parley::plugins
