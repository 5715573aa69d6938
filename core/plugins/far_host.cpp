// Tables that write frames, and threads that read what comes back.
#include "plugins/far_host.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "plugins/registrar.hpp"

namespace parley::plugins {
namespace {

constexpr unsigned passing_threads = 2;

far_host& of(const parley_host* host) { return *static_cast<far_host*>(host->context); }

void finish(const parley_host* host, parley_reply reply, const parley_outcome* outcome) {
    if (outcome != nullptr && PARLEY_HAS(outcome, parley_outcome, field)) of(host).finish(reply, *outcome);
}

void write_log(const parley_host* host, std::uint32_t level, parley_text message, parley_text fields) {
    constexpr std::size_t most = 16 * 1024;
    wire::writer frame(wire::frame::log);
    frame.number(level).text(view(message).substr(0, most)).text(view(fields).substr(0, most));
    of(host).tell(std::move(frame));
}

std::int64_t now(const parley_host*) {
    const auto at = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
}

std::int64_t next_id(const parley_host* host) { return of(host).next_id(); }

void invoke(const parley_host* host, std::uint64_t caller, parley_text command, parley_text input, parley_done done,
            void* context) {
    of(host).ask(
        wire::frame::invoke, [&](wire::writer& to) { to.number(caller).text(command).text(input); }, done, context);
}

void invoke_as_plugin(const parley_host* host, std::int64_t tenant, parley_text command, parley_text input,
                      parley_done done, void* context) {
    of(host).ask(
        wire::frame::invoke_as_plugin, [&](wire::writer& to) { to.number(tenant).text(command).text(input); }, done,
        context);
}

void decide(const parley_host* host, std::int64_t tenant, std::int64_t message, parley_status status,
            parley_text reason, parley_done done, void* context) {
    of(host).ask(
        wire::frame::decide, [&](wire::writer& to) { to.number(tenant).number(message).number(status).text(reason); },
        done, context);
}

const parley_database* database(const parley_host* host) { return of(host).database(); }
void committed(const parley_host* host) { of(host).tell(wire::writer(wire::frame::committed)); }

void schedule(const parley_host* host, std::int64_t tenant, parley_text job, parley_text key, std::int64_t at,
              parley_text input, parley_done done, void* context) {
    of(host).ask(
        wire::frame::schedule, [&](wire::writer& to) { to.number(tenant).text(job).text(key).number(at).text(input); },
        done, context);
}

void call_service(const parley_host* host, std::uint64_t caller, std::int64_t tenant, parley_text model,
                  parley_text service, parley_text input, parley_done done, void* context) {
    of(host).ask(
        wire::frame::service,
        [&](wire::writer& to) { to.number(caller).number(tenant).text(model).text(service).text(input); }, done,
        context);
}

parley_text folder(const parley_host* host, parley_text plugin) { return of(host).folder(view(plugin)); }

void record(const parley_host* host, std::uint32_t number, double value) {
    wire::writer frame(wire::frame::metric);
    frame.number(number).number(value);
    of(host).tell(std::move(frame));
}

constexpr parley_replies replies_table{.size = sizeof(parley_replies), .finish = finish};
constexpr parley_log log_table{.size = sizeof(parley_log), .write = write_log};
constexpr parley_kernel kernel_table{.size = sizeof(parley_kernel),
                                     .now = now,
                                     .invoke = invoke,
                                     .invoke_as_plugin = invoke_as_plugin,
                                     .decide = decide,
                                     .next_id = next_id};
constexpr parley_storage storage_table{.size = sizeof(parley_storage), .database = database, .committed = committed};
constexpr parley_files files_table{.size = sizeof(parley_files), .folder = folder};
constexpr parley_jobs jobs_table{.size = sizeof(parley_jobs), .schedule = schedule};
constexpr parley_services services_table{.size = sizeof(parley_services), .call = call_service};
constexpr parley_metrics metrics_table{.size = sizeof(parley_metrics), .record = record};

const void* table_of(const parley_host*, parley_text id) {
    const auto name = view(id);
    if (name == PARLEY_REPLIES) return &replies_table;
    if (name == PARLEY_REGISTRAR) return &registrar::table();
    if (name == PARLEY_LOG) return &log_table;
    if (name == PARLEY_KERNEL) return &kernel_table;
    if (name == PARLEY_STORAGE) return &storage_table;
    if (name == PARLEY_FILES) return &files_table;
    if (name == PARLEY_JOBS) return &jobs_table;
    if (name == PARLEY_SERVICES) return &services_table;
    if (name == PARLEY_METRICS) return &metrics_table;
    return nullptr;
}

}  // namespace

bool read_whole(int from, char* to, std::size_t bytes) {
    while (bytes > 0) {
        const auto got = ::recv(from, to, bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got;
        bytes -= static_cast<std::size_t>(got);
    }
    return true;
}

bool read_frame(int from, std::string& kept, wire::frame& what) {
    char head[wire::head_bytes];
    if (!read_whole(from, head, sizeof head)) return false;
    std::uint32_t size = 0;
    std::memcpy(&size, head, sizeof size);
    if (size > wire::most_frame) return false;
    what = static_cast<wire::frame>(head[4]);
    kept.resize(size);
    return read_whole(from, kept.data(), size);
}

void to_server::send(const std::string& frame) {
    const std::lock_guard lock(guard_);
    std::string_view left = frame;
    while (!left.empty()) {
        const auto sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) ::_exit(0);
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

far_host::far_host(to_server& calls, to_server& requests) : calls_(calls), requests_(requests) {
    host_ = {.size = sizeof(parley_host),
             .abi_major = PARLEY_ABI_MAJOR,
             .abi_minor = PARLEY_ABI_MINOR,
             .context = this,
             .extension = table_of};
}

void far_host::set_database(std::uint32_t kind, std::string where, std::string schema) {
    where_ = std::move(where);
    schema_ = std::move(schema);
    database_ = {.size = sizeof database_, .kind = kind, .where = lend(where_), .schema = lend(schema_)};
    has_database_ = true;
}

parley_text far_host::folder(std::string_view plugin) const {
    const auto found = folders_.find(plugin);
    return found == folders_.end() ? parley_text{} : lend(found->second);
}

void far_host::listen() {
    std::thread([this] { hear(); }).detach();
    for (unsigned i = 0; i < passing_threads; ++i) std::thread([this] { pass_on(); }).detach();
}

void far_host::keep(parley_reply reply, std::shared_ptr<const void> what) {
    const std::lock_guard lock(kept_guard_);
    kept_[reply] = std::move(what);
}

void far_host::finish(parley_reply reply, const parley_outcome& outcome) {
    wire::writer frame(wire::frame::answer);
    frame.number(reply);
    wire::write(frame, outcome);
    auto made = frame.take();
    if (made.empty()) {
        auto failed = sized<parley_outcome>();
        failed.status = PARLEY_FAILED;
        failed.sentence = lend("Its answer is too large.");
        return finish(reply, failed);
    }
    calls_.send(made);
    const std::lock_guard lock(kept_guard_);
    kept_.erase(reply);
}

void far_host::ask(wire::frame what, const std::function<void(wire::writer&)>& fill, parley_done done, void* context) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(asked_guard_);
        number = next_request_++;
        asked_[number] = {done, context};
    }
    wire::writer frame(what);
    frame.number(number);
    fill(frame);
    const auto made = frame.take();
    if (!made.empty()) return requests_.send(made);
    {
        const std::lock_guard lock(asked_guard_);
        asked_.erase(number);
    }
    auto outcome = sized<parley_outcome>();
    outcome.status = PARLEY_TOO_LARGE;
    outcome.sentence = lend("This is more than can be asked for at once.");
    if (done != nullptr) done(context, &outcome);
}

std::int64_t far_host::next_id() {
    std::unique_lock lock(ids_guard_);
    if (ids_.size() < wire::ids_at_once / 2 && !std::exchange(ids_asked_, true)) {
        lock.unlock();
        tell(wire::writer(wire::frame::more_ids));
        lock.lock();
    }
    ids_came_.wait(lock, [this] { return !ids_.empty(); });
    const auto made = ids_.front();
    ids_.pop_front();
    return made;
}

/// Nothing of the plugin's runs here, so that ids come even while all its threads wait.
void far_host::hear() {
    std::string frame;
    wire::frame what{};
    while (read_frame(wire::requests_descriptor, frame, what)) {
        wire::reader from(frame);
        if (what == wire::frame::ids) {
            {
                const std::lock_guard lock(ids_guard_);
                for (auto left = from.number<std::uint32_t>(); left > 0 && from.well(); --left)
                    ids_.push_back(from.number<std::int64_t>());
                ids_asked_ = false;
            }
            ids_came_.notify_all();
            continue;
        }
        if (what != wire::frame::ended) break;
        asked who{};
        {
            const std::lock_guard lock(asked_guard_);
            const auto found = asked_.find(from.number<std::uint64_t>());
            if (found == asked_.end()) continue;
            who = found->second;
            asked_.erase(found);
        }
        {
            const std::lock_guard lock(ends_guard_);
            ends_.push_back({who, std::move(frame)});
        }
        ends_came_.notify_one();
        frame = {};
    }
    ::_exit(0);
}

void far_host::pass_on() {
    std::unique_lock lock(ends_guard_);
    while (true) {
        ends_came_.wait(lock, [this] { return !ends_.empty(); });
        const auto one = std::move(ends_.front());
        ends_.pop_front();
        lock.unlock();
        wire::reader from(one.frame);
        static_cast<void>(from.number<std::uint64_t>());
        parley_amendment none{};
        const auto outcome = wire::read_outcome(from, none);
        if (one.who.done != nullptr) one.who.done(one.who.context, &outcome);
        lock.lock();
    }
}

}  // namespace parley::plugins
