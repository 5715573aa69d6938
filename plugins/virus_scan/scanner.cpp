// One thread loads, or looks after clamd; those that scan hold the engine they began with until they are done.
#include "scanner.hpp"

#include <clamav.h>
#include <unistd.h>

#include <iterator>
#include <optional>
#include <utility>

#include "clamd.hpp"
#include "libclamav.hpp"

namespace virus_scan {
namespace fs = std::filesystem;
namespace {

using moment = std::chrono::steady_clock::time_point;
constexpr int looks_after_failure = 10;  // until the same files are tried again
constexpr std::chrono::milliseconds most_until_clamd_is_tried_again = std::chrono::seconds(2);

/// What processes that were killed have left behind.
void sweep(const fs::path& scratch) {
    std::error_code ignored;
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(2);
    for (const auto& one : fs::directory_iterator(scratch, ignored))
        if (fs::last_write_time(one, ignored) < long_ago) fs::remove_all(one, ignored);
}

/// Of this process alone: another one of the same plugin may still be at work.
fs::path own_place(const fs::path& scratch) { return scratch / std::to_string(::getpid()); }

}  // namespace

/// Whether files of signatures have changed since it was made.
class scanner::folder_watch {
public:
    explicit folder_watch(const fs::path& folder) { works_ = cl_statinidir(folder.c_str(), &seen_) == CL_SUCCESS; }
    ~folder_watch() {
        if (works_) cl_statfree(&seen_);
    }
    folder_watch(const folder_watch&) = delete;
    folder_watch& operator=(const folder_watch&) = delete;

    /// Also when it is not known.
    [[nodiscard]] bool changed() const { return !works_ || cl_statchkdir(&seen_) != 0; }

private:
    cl_stat seen_{};
    bool works_ = false;
};

/// One of those who may scan now.
class scanner::seat {
public:
    explicit seat(scanner& of, std::unique_lock<std::mutex>& held) : of_(of) {
        of_.turns_.wait(held, [&] { return of_.stopping_ || std::ssize(of_.began_) < of_.wanted_.at_once; });
        mine_ = of_.began_.insert(std::chrono::steady_clock::now());
    }
    ~seat() {
        const std::lock_guard held(of_.lock_);
        of_.began_.erase(mine_);
        of_.turns_.notify_all();
    }
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;

private:
    scanner& of_;
    std::multiset<moment>::iterator mine_;
};

scanner::scanner(fs::path scratch, listener hears) : scratch_(std::move(scratch)), hears_(std::move(hears)) {}

scanner::~scanner() { stop(); }

void scanner::tune(const tuning& to) {
    const std::lock_guard held(lock_);
    if (stopping_ || (keeper_.joinable() && wanted_ == to)) return;
    wanted_ = to;
    turns_.notify_all();
    wake_.notify_all();
    if (keeper_.joinable()) return;
    state_.loading = true;
    keeper_ = std::thread([this] { keep(); });
}

void scanner::stop() {
    {
        const std::lock_guard held(lock_);
        stopping_ = true;
    }
    wake_.notify_all();
    turns_.notify_all();
    if (keeper_.joinable()) keeper_.join();
    std::error_code ignored;
    fs::remove_all(own_place(scratch_), ignored);
}

scanner::state scanner::now() const {
    const std::lock_guard held(lock_);
    auto made = state_;
    if (!began_.empty())
        made.longest =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - *began_.begin());
    return made;
}

void scanner::keep() {
    sweep(scratch_);
    std::unique_lock held(lock_);
    if (wanted_.clamd.empty()) return keep_libclamav(held);
    keep_clamd(held);
}

void scanner::keep_libclamav(std::unique_lock<std::mutex>& held) {
    std::optional<folder_watch> watch;
    auto again = moment::max();  // after a failure
    while (!stopping_) {
        const auto to = wanted_;
        const bool is_other = to.signatures != loaded_.signatures || to.most != loaded_.most;
        held.unlock();
        if (!watch || is_other || watch->changed() || std::chrono::steady_clock::now() >= again) {
            watch.emplace(to.signatures);  // before loading: what changes meanwhile is seen the next time
            const bool well = load(to);
            again = well ? moment::max() : std::chrono::steady_clock::now() + to.every * looks_after_failure;
        }
        held.lock();
        wake_.wait_for(held, to.every, [&] { return stopping_ || wanted_ != to; });
    }
}

void scanner::keep_clamd(std::unique_lock<std::mutex>& held) {
    while (!stopping_) {
        const auto to = wanted_;
        lost_ = false;
        held.unlock();
        take_clamd(to, clamd::greet(to.clamd, to.most, stopping_));
        held.lock();
        const auto pause = engine_ == nullptr ? std::min(to.every, most_until_clamd_is_tried_again) : to.every;
        wake_.wait_for(held, pause, [&] { return stopping_ || wanted_ != to || (lost_ && engine_ == nullptr); });
    }
}

/// Told of when it is another, or something else is wrong with it.
void scanner::take_clamd(const tuning& to, sdk::result<std::shared_ptr<const engine>> greeted) {
    state now;
    bool is_news = false;
    {
        const std::lock_guard held(lock_);
        if (stopping_) return;
        const auto trouble = greeted ? std::string() : greeted.error().sentence;
        const auto version = greeted ? (*greeted)->version() : std::string();
        is_news = state_.loading || trouble != state_.trouble || version != state_.version;
        state_ = {
            .version = version, .signatures = 0, .trouble = trouble, .loading = false, .is_clamd = true, .longest = {}};
        engine_ = greeted ? *greeted : nullptr;
        loaded_ = to;
        now = state_;
    }
    turns_.notify_all();
    if (is_news && hears_) hears_(now);
}

/// Nobody uses it until it was greeted again.
void scanner::lose(const std::shared_ptr<const engine>& of, const std::string& why) {
    state now;
    {
        const std::lock_guard held(lock_);
        if (stopping_ || engine_ != of) return;
        engine_ = nullptr;
        lost_ = true;
        state_.version.clear();
        state_.trouble = why;
        now = state_;
    }
    wake_.notify_all();
    if (hears_) hears_(now);
}

bool scanner::load(const tuning& to) {
    std::error_code ignored;
    fs::create_directories(own_place(scratch_), ignored);
    auto made = libclamav::load(to.signatures, to.most, own_place(scratch_), stopping_);
    std::shared_ptr<const engine> old;  // goes after the lock does
    state now;
    {
        const std::lock_guard held(lock_);
        if (stopping_) return false;
        loaded_ = to;
        state_.loading = false;
        state_.trouble = made ? std::string() : made.error().sentence;
        if (made) {
            old = std::exchange(engine_, *made);
            state_.version = engine_->version();
            state_.signatures = engine_->signatures();
        }
        now = state_;
    }
    turns_.notify_all();
    if (hears_) hears_(now);
    return now.trouble.empty();
}

sdk::result<scanner::scanned> scanner::scan(const fs::path& folder, const std::string& path,
                                            std::chrono::milliseconds patience) {
    std::unique_lock held(lock_);
    turns_.wait_for(held, patience, [&] { return stopping_ || engine_ != nullptr || !state_.loading; });
    if (stopping_) return sdk::unavailable("stopping", "The server is stopping.");
    if (engine_ == nullptr)
        return sdk::unavailable("scanner_not_ready", "Files cannot be scanned now; they wait until they can.");
    std::optional<seat> mine;
    mine.emplace(*this, held);
    const auto with = engine_;
    held.unlock();
    if (stopping_) return sdk::unavailable("stopping", "The server is stopping.");
    const auto began = std::chrono::steady_clock::now();
    auto found = with->scan(folder, path);
    if (!found && found.error().code == "engine_lost") lose(with, found.error().sentence);
    if (!found) return found.error();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return scanned{std::move(*found), with->version(), took};
}

}  // namespace virus_scan
