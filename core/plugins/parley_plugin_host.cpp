// parley-plugin-host: one plugin in a process of its own. Started by the server alone, with two sockets as descriptors
// 3 and 4; ends with the server.
#include <linux/close_range.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "plugins/confinement.hpp"
#include "plugins/far_host.hpp"
#include "plugins/in_process.hpp"
#include "plugins/library.hpp"

namespace {

using namespace parley;           // NOLINT: a program of one file
using namespace parley::plugins;  // NOLINT

constexpr unsigned threads = 4;
constexpr std::chrono::seconds most_patience{1};  // with a call that does not come back; the server ends us in the end

/// Settings as a call carries them; the address stays.
struct kept_settings {
    std::string text;
    parley_settings table{};
};

class child {
public:
    int run();

private:
    bool begin();
    void say(problems wrong);
    void work();
    bool take(std::unique_lock<std::mutex>&, wire::frame, std::string& frame);
    void learn(wire::reader&);

    to_server calls_{wire::calls_descriptor};
    to_server requests_{wire::requests_descriptor};
    far_host host_{calls_, requests_};
    std::unique_ptr<embedded> from_;
    std::unique_ptr<in_process> runs_;
    bindings bound_;
    std::mutex reading_;
    std::map<std::uint64_t, std::shared_ptr<kept_settings>> settings_;  // guarded by reading_
    /// Counted before the next frame, which may say that this is the end, can be read.
    class being_run {
    public:
        explicit being_run(child& in) : in_(in) {
            const std::lock_guard held(in_.life_guard_);
            ++in_.running_;
        }
        being_run(const being_run&) = delete;
        being_run& operator=(const being_run&) = delete;
        ~being_run() {
            const std::lock_guard held(in_.life_guard_);
            if (--in_.running_ == 0) in_.life_changed_.notify_all();
        }

    private:
        child& in_;
    };

    std::mutex life_guard_;
    std::condition_variable life_changed_;
    bool start_ = false;
    bool stop_ = false;
    unsigned running_ = 0;  ///< calls that have not come back
};

void child::say(problems wrong) {
    wire::writer to(wire::frame::refused);
    wire::write(to, wrong);
    calls_.send(to.take());
}

/// Limits, then the file, then its code.
bool child::begin() {
    std::string frame;
    wire::frame what{};
    if (!read_frame(wire::calls_descriptor, frame, what) || what != wire::frame::begin) return false;
    wire::reader in(frame);
    const std::filesystem::path file(in.text());
    confinement by;
    by.memory_bytes = in.number<std::uint64_t>();
    by.reads = {file};
    const auto kind = in.number<std::uint32_t>();
    const std::string where(in.text());
    const std::string schema(in.text());
    if (const auto own = in.text(); !own.empty()) {
        by.writes.emplace_back(own);
        host_.set_folder("", own);
    }
    for (auto left = in.number<std::uint32_t>(); left > 0 && in.well(); --left) {
        const auto whose = in.text();
        const auto folder = in.text();
        by.reads.emplace_back(folder);
        host_.set_folder(whose, folder);
    }
    for (auto left = in.number<std::uint32_t>(); left > 0 && in.well(); --left) by.reads.emplace_back(in.text());
    if (in.number<std::uint32_t>() != 0) by.network = reach::tcp_and_names;
    if (!in.done()) return false;
    if (kind != 0) host_.set_database(kind, where, schema);
    if (kind == PARLEY_SQLITE) by.writes.push_back(std::filesystem::path(where).parent_path());
    if (kind == PARLEY_POSTGRESQL) by.sockets = reach::unix_and_tcp;
    auto limits = confine_this_process(by);
    if (!limits.wrong.empty()) return say(std::move(limits.wrong)), false;
    auto read = read_library(file);
    if (!read) return say(std::move(read.error())), false;
    from_ = std::make_unique<embedded>(std::move(*read));
    host_.listen();
    const auto code = load_library(file, from_->says);
    if (!code) return say(code.error()), false;
    runs_ = std::make_unique<in_process>(**code);
    auto bound = runs_->setup(from_->says, host_.table());
    if (!bound) return say(std::move(bound.error())), false;
    bound_ = std::move(*bound);
    wire::writer to(wire::frame::ready);
    to.text(from_->says.version_text);
    wire::write(to, limits.lacks);
    wire::write(to, bound_);
    calls_.send(to.take());
    return true;
}

/// Whoever is free reads the next frame and runs it itself: no hand-over between two threads, and a ping is only read,
/// and answered, while there is a free thread.
void child::work() {
    std::string frame;
    wire::frame what{};
    while (true) {
        std::unique_lock lock(reading_);
        if (!read_frame(wire::calls_descriptor, frame, what)) ::_exit(0);
        if (!take(lock, what, frame)) ::_exit(1);
    }
}

bool child::take(std::unique_lock<std::mutex>& lock, wire::frame what, std::string& frame) {
    wire::reader in(frame);
    switch (what) {
        case wire::frame::settings:
            learn(in);
            return true;
        case wire::frame::hook:
        case wire::frame::call: {
            // Settings are looked up while nobody can clear them.
            std::shared_ptr<kept_settings> used;
            const being_run until_it_is_back(*this);
            const auto reply = in.number<parley_reply>();
            const auto id = in.number<std::uint64_t>();
            if (const auto found = settings_.find(id); found != settings_.end()) used = found->second;
            lock.unlock();
            if (used) host_.keep(reply, used);
            const auto number = in.number<std::uint32_t>();
            auto scope = sized<parley_scope>();
            scope.tenant = in.number<std::int64_t>();
            scope.tenant_name = in.lent();
            scope.model = in.lent();
            static const parley_settings none{.size = sizeof none, .id = 0, .json = {.data = "{}", .size = 2}};
            scope.settings = used ? &used->table : &none;
            if (what == wire::frame::hook) {
                auto draft = sized<parley_message_draft>();
                for (auto* to : {&draft.message, &draft.conversation, &draft.author, &draft.reply_to,
                                 &draft.thread_root, &draft.at})
                    *to = in.number<std::int64_t>();
                for (auto* to : {&draft.conversation_kind, &draft.author_name, &draft.author_role, &draft.type,
                                 &draft.text, &draft.data})
                    *to = in.lent();
                if (!in.done() || number >= bound_.hooks.size()) return false;
                runs_->hook(number, scope, draft, reply);
                return true;
            }
            const auto kind = static_cast<call_kind>(in.number<std::uint8_t>());
            auto made = sized<parley_call>();
            made.scope = scope;
            made.user = in.number<std::int64_t>();
            made.deadline = in.number<std::int64_t>();
            made.caller = in.number<std::uint64_t>();
            for (auto* to : {&made.name, &made.username, &made.request_id, &made.input}) *to = in.lent();
            if (!in.done()) return false;
            runs_->call(kind, number, made, reply);
            return true;
        }
        case wire::frame::ping: {
            const auto number = in.number<std::uint64_t>();
            lock.unlock();
            wire::writer to(wire::frame::pong);
            calls_.send(to.number(number).take());
            return true;
        }
        case wire::frame::start:
        case wire::frame::stop: {
            lock.unlock();
            const std::lock_guard life(life_guard_);
            (what == wire::frame::start ? start_ : stop_) = true;
            life_changed_.notify_all();
            return true;
        }
        default:
            return false;
    }
}

void child::learn(wire::reader& in) {
    const bool anew = in.number<std::uint8_t>() != 0;
    if (anew) settings_.clear();
    auto made = std::make_shared<kept_settings>();
    made->table.size = sizeof made->table;
    made->table.id = in.number<std::uint64_t>();
    made->text = in.text();
    made->table.json = lend(made->text);
    settings_[made->table.id] = made;
}

int child::run() {
    if (!begin()) return 1;
    for (unsigned i = 0; i < threads; ++i) std::thread([this] { work(); }).detach();
    std::unique_lock lock(life_guard_);
    bool started = false;
    while (!stop_) {
        life_changed_.wait(lock, [&] { return stop_ || (start_ && !started); });
        if (stop_) break;
        started = true;
        lock.unlock();
        runs_->start();
        lock.lock();
    }
    // The server asks when all are answered; who has answered may not have come back yet, and needs the plugin for
    // that.
    life_changed_.wait_for(lock, most_patience, [this] { return running_ == 0; });
    lock.unlock();
    runs_->stop();
    return 0;
}

/// Not on a terminal by hand: there is nobody at the other end.
bool has_sockets() {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(wire::calls_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           ::getsockopt(wire::requests_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2 || !has_sockets()) {
        std::fputs("parley-plugin-host is started by parleyd, for plugins with `isolation: process`.\n", stderr);
        return 2;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (std::to_string(::getppid()) != words[1]) return 1;  // the server has ended meanwhile
    ::close_range(wire::requests_descriptor + 1, ~0U, 0);
    // Each arena reserves address space, and that is what is limited.
    ::mallopt(M_ARENA_MAX, 2);
    pthread_attr_t of_threads;
    ::pthread_attr_init(&of_threads);
    ::pthread_attr_setstacksize(&of_threads, 2U << 20);
    ::pthread_setattr_default_np(&of_threads);
    auto* one = new child;  // threads of it live as long as the process
    ::_exit(one->run());
}
