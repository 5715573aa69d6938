// What goes over the sockets to a plugin's process, and what comes back.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "plugins/child_line.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_open = 100'000;
constexpr std::size_t most_asked = 10'000;
constexpr std::chrono::minutes hook_memory{2};  // longer than any hook's deadline

template <class Table>
const Table& table_of(const parley_host& host, std::string_view name) {
    return *static_cast<const Table*>(host.extension(&host, lend(name)));
}

void write_scope(wire::writer& to, const parley_scope& of) { to.number(of.tenant).text(of.tenant_name).text(of.model); }

}  // namespace

bool frame_input::read(int from) {
    constexpr std::size_t chunk = 64 * 1024;
    constexpr int most_chunks = 64;  // then others have their turn
    kept_.erase(0, std::exchange(used_, 0));
    for (int i = 0; i < most_chunks; ++i) {
        const auto before = kept_.size();
        kept_.resize(before + chunk);
        const auto got = ::recv(from, kept_.data() + before, chunk, MSG_DONTWAIT);
        kept_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN;
        if (got == 0) return false;
        if (static_cast<std::size_t>(got) < chunk) return true;
    }
    return true;
}

bool frame_input::next(wire::frame& what, std::string_view& made) {
    const auto left = std::string_view(kept_).substr(used_);
    if (left.size() < wire::head_bytes) return false;
    std::uint32_t size = 0;
    std::memcpy(&size, left.data(), sizeof size);
    if (size > wire::most_frame) {
        broken_ = true;
        return false;
    }
    if (left.size() - wire::head_bytes < size) return false;
    what = static_cast<wire::frame>(left[4]);
    made = left.substr(wire::head_bytes, size);
    used_ += wire::head_bytes + size;
    return true;
}

void child_process::hook(std::uint32_t number, const parley_scope& scope, const parley_message_draft& draft,
                         parley_reply reply) {
    wire::writer to(wire::frame::hook);
    to.number(reply).number(scope.settings == nullptr ? 0 : scope.settings->id).number(number);
    write_scope(to, scope);
    to.number(draft.message)
        .number(draft.conversation)
        .number(draft.author)
        .number(draft.reply_to)
        .number(draft.thread_root)
        .number(draft.at)
        .text(draft.conversation_kind)
        .text(draft.author_name)
        .text(draft.author_role)
        .text(draft.type)
        .text(draft.text)
        .text(draft.data);
    send(reply, hook_memory, scope.settings, to.take());
}

void child_process::call(call_kind kind, std::uint32_t number, const parley_call& what, parley_reply reply) {
    wire::writer to(wire::frame::call);
    to.number(reply).number(what.scope.settings == nullptr ? 0 : what.scope.settings->id).number(number);
    write_scope(to, what.scope);
    to.number(static_cast<std::uint8_t>(kind))
        .number(what.user)
        .number(what.deadline)
        .number(what.caller)
        .text(what.name)
        .text(what.username)
        .text(what.request_id)
        .text(what.input);
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto left = std::chrono::milliseconds(what.deadline) - now;
    constexpr std::chrono::milliseconds longest = std::chrono::hours{25};
    send(reply, std::clamp<std::chrono::milliseconds>(left, {}, longest) + hook_memory, what.scope.settings, to.take());
}

void child_process::send(parley_reply reply, std::chrono::milliseconds patience, const parley_settings* settings,
                         std::string frame) {
    std::shared_ptr<line> to;
    {
        const std::lock_guard lock(guard_);
        if (line_ && open_.size() < most_open) {
            to = line_;
            open_.emplace(reply, std::chrono::steady_clock::now() + patience);
        }
    }
    if (to && to->calls.push(std::move(frame), settings)) return;
    {
        const std::lock_guard lock(guard_);
        open_.erase(reply);
    }
    answer_unavailable(reply);
}

void child_process::answer_unavailable(parley_reply reply) {
    auto outcome = sized<parley_outcome>();
    outcome.status = PARLEY_UNAVAILABLE;
    outcome.code = lend("plugin_not_answering");
    outcome.sentence = lend("This feature does not answer now; try again later.");
    table_of<parley_replies>(*host_, PARLEY_REPLIES).finish(host_, reply, &outcome);
}

/// Answers why it cannot go on; empty: it can.
std::string child_process::take_call_frame(const std::shared_ptr<line>& from, wire::frame what,
                                           std::string_view frame) {
    static constexpr auto nonsense = "It said something that is no answer.";
    wire::reader in(frame);
    if (!from->ready) {
        if (what == wire::frame::ready) return settle(from, frame);
        if (what != wire::frame::refused) return nonsense;
        auto wrong = wire::read_problems(in);
        if (!in.done() || wrong.empty()) return nonsense;
        auto why = wrong.front();
        first_result(std::unexpected(std::move(wrong)));
        return why;
    }
    if (what == wire::frame::pong) {
        const auto number = in.number<std::uint64_t>();
        if (!in.done() || number > from->pinged) return nonsense;
        from->ponged = number;
        return {};
    }
    if (what != wire::frame::answer) return nonsense;
    const auto reply = in.number<parley_reply>();
    parley_amendment amended{};
    const auto outcome = wire::read_outcome(in, amended);
    if (!in.done()) return nonsense;
    {
        const std::lock_guard lock(guard_);
        open_.erase(reply);
    }
    // Also numbers that never were: they are counted there.
    table_of<parley_replies>(*host_, PARLEY_REPLIES).finish(host_, reply, &outcome);
    return {};
}

child_process::asked* child_process::remember(const std::shared_ptr<line>& from, std::uint64_t request) {
    auto made = std::make_unique<asked>(asked{.me = this, .from = from, .request = request});
    auto* at = made.get();
    const std::lock_guard lock(guard_);
    if (asked_.size() >= most_asked) return nullptr;
    asked_.emplace(at, std::move(made));
    return at;
}

void child_process::told(void* context, const parley_outcome* end) {
    auto* one = static_cast<asked*>(context);
    auto* me = one->me;
    std::unique_ptr<asked> own;
    {
        const std::lock_guard lock(me->guard_);
        const auto found = me->asked_.find(one);
        if (found == me->asked_.end()) return;
        own = std::move(found->second);
        me->asked_.erase(found);
        ++me->telling_;
    }
    // Nothing to tell when it has died meanwhile.
    if (const auto to = own->from.lock()) {
        wire::writer frame(wire::frame::ended);
        frame.number(own->request);
        wire::write(frame, *end);
        if (!to->requests.push(frame.take()))
            log::warning("an answer for a plugin was lost, because its process does not take any",
                         {{"plugin", me->says_->id}});
    }
    // The last that is done here: nobody may be left to be told afterwards.
    const std::lock_guard lock(me->guard_);
    --me->telling_;
}

/// False for what is no request. Whether the plugin may is decided where it is for a plugin in this process.
bool child_process::take_request(const std::shared_ptr<line>& from, wire::frame what, std::string_view frame) {
    wire::reader in(frame);
    const auto& host = *host_;
    const auto& kernel = table_of<parley_kernel>(host, PARLEY_KERNEL);
    switch (what) {
        case wire::frame::log: {
            const auto level = in.number<std::uint32_t>();
            const auto message = in.lent();
            const auto fields = in.lent();
            if (in.done()) table_of<parley_log>(host, PARLEY_LOG).write(host_, level, message, fields);
            return in.done();
        }
        case wire::frame::metric: {
            const auto number = in.number<std::uint32_t>();
            const auto value = in.number<double>();
            if (in.done()) table_of<parley_metrics>(host, PARLEY_METRICS).record(host_, number, value);
            return in.done();
        }
        case wire::frame::committed:
            if (in.done()) table_of<parley_storage>(host, PARLEY_STORAGE).committed(host_);
            return in.done();
        case wire::frame::more_ids: {
            wire::writer to(wire::frame::ids);
            to.number(wire::ids_at_once);
            for (std::uint32_t i = 0; i < wire::ids_at_once; ++i) to.number(kernel.next_id(host_));
            return in.done() && from->requests.push(to.take());
        }
        default:
            break;
    }
    const auto request = in.number<std::uint64_t>();
    const auto first = in.number<std::uint64_t>();  // the caller, or the tenant
    const auto tenant = static_cast<std::int64_t>(first);
    auto* context = remember(from, request);
    if (context == nullptr) {
        auto outcome = sized<parley_outcome>();
        outcome.status = PARLEY_UNAVAILABLE;
        outcome.sentence = lend("This plugin waits for too much already.");
        wire::writer to(wire::frame::ended);
        to.number(request);
        wire::write(to, outcome);
        return from->requests.push(to.take());
    }
    bool good = false;
    switch (what) {
        case wire::frame::invoke:
        case wire::frame::invoke_as_plugin: {
            const auto command = in.lent();
            const auto input = in.lent();
            good = in.done();
            if (good && what == wire::frame::invoke) kernel.invoke(host_, first, command, input, told, context);
            if (good && what == wire::frame::invoke_as_plugin)
                kernel.invoke_as_plugin(host_, tenant, command, input, told, context);
            break;
        }
        case wire::frame::decide: {
            const auto message = in.number<std::int64_t>();
            const auto status = in.number<parley_status>();
            const auto reason = in.lent();
            good = in.done();
            if (good) kernel.decide(host_, tenant, message, status, reason, told, context);
            break;
        }
        case wire::frame::schedule: {
            const auto job = in.lent();
            const auto key = in.lent();
            const auto at = in.number<std::int64_t>();
            const auto input = in.lent();
            good = in.done();
            if (good)
                table_of<parley_jobs>(host, PARLEY_JOBS).schedule(host_, tenant, job, key, at, input, told, context);
            break;
        }
        case wire::frame::service: {
            const auto where = in.number<std::int64_t>();
            const auto model = in.lent();
            const auto service = in.lent();
            const auto input = in.lent();
            good = in.done();
            if (good)
                table_of<parley_services>(host, PARLEY_SERVICES)
                    .call(host_, first, where, model, service, input, told, context);
            break;
        }
        default:
            break;
    }
    if (!good) {
        const std::lock_guard lock(guard_);
        asked_.erase(context);
    }
    return good;
}

}  // namespace parley::plugins
