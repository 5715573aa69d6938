// One call of something that a plugin registered: who asks, where, with which settings, and what can be asked
// meanwhile.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "parley/json.hpp"
#include "parley/task.hpp"

namespace parley::sdk {

namespace detail {

/// Settings as a T, read once for each content. `id` is the host's and never means two contents.
template <class T>
[[nodiscard]] std::shared_ptr<const T> settings_as(const parley_settings* from) {
    static_assert(described<T>, "settings need BOOST_DESCRIBE_STRUCT(name, (), (members))");
    static std::shared_mutex lock;
    static std::unordered_map<std::uint64_t, std::shared_ptr<const T>> known;
    constexpr std::size_t most = 16'384;
    if (from == nullptr) return std::make_shared<const T>();
    {
        const std::shared_lock reading(lock);
        if (const auto found = known.find(from->id); found != known.end()) return found->second;
    }
    auto made = std::make_shared<T>();
    const auto text = view(from->json);
    // What the manifest's schema has checked fits; a member that it does not have keeps its default.
    if (auto wrong = read(json::parse(text.empty() ? "{}" : text), *made, presence::optional))
        throw std::runtime_error("the setting " + wrong->field + " " + wrong->sentence +
                                 ": plugin.yaml and the struct do not agree");
    const std::unique_lock writing(lock);
    if (known.size() >= most) known.clear();
    return known[from->id] = std::move(made);
}

[[nodiscard]] inline error error_of(const parley_outcome& from) {
    return {from.status, std::string(view(from.code)), std::string(view(from.sentence)), std::string(view(from.field))};
}

template <class T>
[[nodiscard]] result<T> result_of(const parley_outcome& from) {
    if (from.status != PARLEY_OK) return error_of(from);
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        const auto text = view(from.json);
        boost::system::error_code wrong;
        const auto parsed = json::parse(text.empty() ? "{}" : text, wrong);
        if (wrong) return failed("an answer is no JSON: " + wrong.message());
        auto made = from_json<T>(parsed);
        if (!made) return failed("an answer is not as expected: " + made.error().sentence);
        return made;
    }
}

/// Something asked of the host.
class request {
public:
    enum class kind : std::uint8_t { invoke = 1, invoke_as_plugin, service, schedule, decide };

    request(kind what, std::string name, std::string input, std::uint64_t caller, id tenant)
        : what(what), name(std::move(name)), input(std::move(input)), caller(caller), tenant(tenant) {}

    kind what;
    std::string name;
    std::string input;
    std::uint64_t caller;
    id tenant;
    std::string more{};       ///< service: the model; schedule: the key
    std::int64_t number = 0;  ///< schedule: when; decide: the message
    parley_status status = 0;

    /// False when the host has no such table; `done` is not called then.
    [[nodiscard]] bool start(parley_done done, void* context) const {
        const auto& to = here();
        switch (what) {
            case kind::invoke:
                if (to.kernel == nullptr) return false;
                return to.kernel->invoke(to.host, caller, borrow(name), borrow(input), done, context), true;
            case kind::invoke_as_plugin:
                if (to.kernel == nullptr) return false;
                return to.kernel->invoke_as_plugin(to.host, tenant.number(), borrow(name), borrow(input), done,
                                                   context),
                       true;
            case kind::service:
                if (to.services == nullptr) return false;
                return to.services->call(to.host, caller, tenant.number(), borrow(more), borrow(name), borrow(input),
                                         done, context),
                       true;
            case kind::schedule:
                if (to.jobs == nullptr) return false;
                return to.jobs->schedule(to.host, tenant.number(), borrow(name), borrow(more), number, borrow(input),
                                         done, context),
                       true;
            case kind::decide:
                if (to.kernel == nullptr) return false;
                return to.kernel->decide(to.host, tenant.number(), number, status, borrow(input), done, context), true;
        }
        return false;
    }
};

/// Waits for something that ends by a callback. `Derived` starts it: bool begin(), and calls ended() exactly once.
template <class T, on_error Mode>
class awaiter {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    auto await_resume() {
        if constexpr (Mode == on_error::look) {
            return std::move(*outcome_);
        } else if constexpr (!std::is_void_v<T>) {
            return **std::move(outcome_);
        }
    }

protected:
    awaiter() = default;
    /// Only before it is awaited.
    awaiter(awaiter&&) noexcept {}

    /// `begin` may end it before it returns, also on another thread: whoever comes second runs the waiter on.
    template <class Promise, class Begin>
    [[nodiscard]] std::coroutine_handle<> suspend(std::coroutine_handle<Promise> waiter, Begin begin) {
        waiter_ = waiter;
        promise_ = &waiter.promise();
        begin();
        if (state_.exchange(begun) == begun) return after();
        return std::noop_coroutine();
    }
    /// Any thread. The awaiter may be gone when it returns.
    void ended(result<T> with) {
        auto& home = home_;
        const visit inside(home);
        if (!inside) return;
        outcome_ = std::move(with);
        if (state_.exchange(begun) == begun) after().resume();
    }

private:
    static constexpr int begun = 1;

    [[nodiscard]] std::coroutine_handle<> after() {
        if constexpr (Mode == on_error::end) {
            if (!*outcome_) {
                promise_->failure = std::move(outcome_->error());
                return promise_->next();
            }
        }
        return waiter_;
    }

    runtime& home_ = here();
    std::atomic<int> state_{0};
    std::coroutine_handle<> waiter_;
    promise_base* promise_ = nullptr;
    std::optional<result<T>> outcome_;
};

template <class T, on_error Mode>
class [[nodiscard]] asking : public awaiter<T, Mode> {
public:
    explicit asking(request what) : what_(std::move(what)) {}
    asking(asking&&) noexcept = default;

    template <class Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) {
        return this->suspend(waiter, [&] {
            if (!what_.start(&asking::done, this))
                this->ended(unavailable("extension_missing", "This server does not offer what the plugin needs."));
        });
    }
    /// To be awaited for a result<T>, instead of ending with the error.
    [[nodiscard]] auto as_result() && { return asking<T, on_error::look>(std::move(what_)); }

private:
    static void done(void* context, const parley_outcome* outcome) {
        static_cast<asking*>(context)->ended(result_of<T>(*outcome));
    }
    request what_;
};

template <class In>
[[nodiscard]] std::string text_of(const In& input) {
    return json::serialize(to_json(input));
}

}  // namespace detail

/// Ids of plugins. since 1.0
struct found_plugins {
    std::vector<std::string> plugins;
};
BOOST_DESCRIBE_STRUCT(found_plugins, (), (plugins))

/// What scope::may gives. since 1.0
struct permitted {
    bool may = false;
};
BOOST_DESCRIBE_STRUCT(permitted, (), (may))

/// A line for the tenant's audit log: what auditors want to know who did. No secret, and no text of a message.
/// since 1.0
struct audit_line {
    std::string action{};        ///< a word; the log has the plugin's id before it: "share_links.created"
    std::string subject_kind{};  ///< a word for what it is about: "link"; empty: nothing
    id subject{};
    json::object details{};  ///< at most 20 texts, numbers and booleans; texts are escaped, and cut to 96 bytes
    /// Of what strangers could cause without end: no more than one line a minute for each key; empty: all of them.
    std::string once_a_minute{};
};
BOOST_DESCRIBE_STRUCT(audit_line, (), (action, subject_kind, subject, details, once_a_minute))

/// What takes the place of something in a message's data. since 1.0
struct data_replacement {
    id message{};
    std::string list{};   ///< a list of objects in the data: "files"
    std::string key{};    ///< a member of theirs: "file"
    std::string value{};  ///< and its text: each of which it is so becomes `with`
    json::object with{};
};
BOOST_DESCRIBE_STRUCT(data_replacement, (), (message, list, key, value, with))

/// Where something happens. Copies may be kept as long as the call they came from has not been answered. since 1.0
class scope {
public:
    scope() = default;
    explicit scope(const parley_scope& from)
        : tenant(from.tenant),
          tenant_name(detail::view(from.tenant_name)),
          model(detail::view(from.model)),
          settings_(from.settings) {}

    id tenant;
    std::string tenant_name;
    std::string model;  ///< empty: outside of any model

    /// The plugin's settings here, as a described struct; read once for each content. Throws when they do not fit,
    /// which is a fault in plugin.yaml or in the struct. Thread: any.
    template <class T>
    [[nodiscard]] std::shared_ptr<const T> settings() const {
        return detail::settings_as<T>(settings_);
    }

    /// Asks another plugin, which must stand under `needs`, or the service's name under `asks`.
    template <class Out = json::object, class In = json::object>
    [[nodiscard]] auto service(std::string_view name, In&& input) const {
        PARLEY_REFUSE_HAZARD(In);
        detail::request what(detail::request::kind::service, std::string(name), detail::text_of(input), caller_,
                             tenant);
        what.more = model;
        return detail::asking<Out, detail::on_error::end>(std::move(what));
    }

    /// Who is on here and has a service of this name ("file_check/1"), which must stand under `asks`; then
    /// service("<plugin>.file_check/1", …) asks one of them without `needs`.
    [[nodiscard]] auto providers(std::string_view name) const {
        return service<found_plugins>("host.providers/1", json::object{{"service", name}});
    }

    /// Whether one of the API's commands that only read would be answered to this user now; of a deleted message, no.
    /// "may/1" must stand under `asks`, and the command under `uses`.
    template <class In>
    [[nodiscard]] auto may(id user, std::string_view command, const In& input) const {
        return service<permitted>(
            "host.may/1",
            json::object{{"user", std::to_string(user.number())}, {"command", command}, {"input", to_json(input)}});
    }

    /// Writes a line into the tenant's audit log, by whoever asks here; it is stored when this has been awaited.
    /// "audit/1" must stand under `asks`.
    [[nodiscard]] auto audit(const audit_line& what) const { return service("host.audit/1", to_json(what)); }

    /// Takes back what the plugin put into a message's data, in its revisions as well; readers hear of an edit that has
    /// no editor. A message that is gone needs none. "replace_in_data/1" must stand under `asks`.
    [[nodiscard]] auto replace_in_data(const data_replacement& what) const {
        return service("host.replace_in_data/1", to_json(what));
    }

    /// One of the API's commands with the plugin's own rights; it must stand under `uses`.
    template <class Out = json::object, class In = json::object>
    [[nodiscard]] auto invoke_as_plugin(std::string_view command, In&& input) const {
        PARLEY_REFUSE_HAZARD(In);
        return detail::asking<Out, detail::on_error::end>(detail::request(
            detail::request::kind::invoke_as_plugin, std::string(command), detail::text_of(input), 0, tenant));
    }

    /// Runs a job of this plugin here at or soon after a moment (milliseconds since 1970). A second one with the same
    /// key replaces the first while it waits; an empty key replaces nothing.
    template <class In = json::object>
    [[nodiscard]] auto schedule(std::string_view job, std::int64_t at, In&& input, std::string_view key = {}) const {
        PARLEY_REFUSE_HAZARD(In);
        detail::request what(detail::request::kind::schedule, std::string(job), detail::text_of(input), 0, tenant);
        what.more = key;
        what.number = at;
        return detail::asking<void, detail::on_error::end>(std::move(what));
    }

    /// Ends this plugin's own hold of a message: lets it through.
    [[nodiscard]] auto release(id message) const { return decide(message, PARLEY_OK, {}); }
    /// Ends this plugin's own hold of a message: it is rejected, and its author reads why.
    [[nodiscard]] auto reject(id message, std::string_view reason) const {
        return decide(message, PARLEY_REFUSED, reason);
    }

    /// Runs `work` in one transaction of the plugin's database, on the plugin's storage thread, where the coroutine
    /// then also goes on. Needs parley/storage.hpp, where it is described.
    template <class Work, class... Events>
    [[nodiscard]] auto storage(Work&& work, Events&&... events) const;

protected:
    [[nodiscard]] detail::asking<void, detail::on_error::end> decide(id message, parley_status how,
                                                                     std::string_view reason) const {
        detail::request what(detail::request::kind::decide, {}, std::string(reason), 0, tenant);
        what.number = message.number();
        what.status = how;
        return detail::asking<void, detail::on_error::end>(std::move(what));
    }

    const parley_settings* settings_ = nullptr;
    std::uint64_t caller_ = 0;
};

/// A call of a command, a job, a service or a judged change. A value: coroutines take it as such. since 1.0
class call : public scope {
public:
    call() = default;
    explicit call(const parley_call& from)
        : scope(from.scope),
          name(detail::view(from.name)),
          user(from.user),
          username(detail::view(from.username)),
          request_id(detail::view(from.request_id)),
          deadline(from.deadline) {
        caller_ = from.caller;
    }

    std::string name;  ///< as it was registered
    id user;           ///< who asks; none: nobody but the server
    std::string username;
    std::string request_id;     ///< for the log
    std::int64_t deadline = 0;  ///< after this moment nobody waits for the answer any more

    /// One of the API's commands ("message.get") with the rights of whoever asks; it must stand under `uses`.
    template <class Out = json::object, class In = json::object>
    [[nodiscard]] auto invoke(std::string_view command, In&& input) const {
        PARLEY_REFUSE_HAZARD(In);
        return detail::asking<Out, detail::on_error::end>(detail::request(
            detail::request::kind::invoke, std::string(command), detail::text_of(input), caller_, tenant));
    }
};

/// An event of the tenant's log, after the commit. since 1.0
class event : public call {
public:
    event() = default;
    event(const parley_call& from, json::object input) : call(from) {
        if (const auto* found = input.if_contains("position"); found != nullptr && found->is_int64())
            position = found->get_int64();
        if (const auto* found = input.if_contains("conversation")) (void)detail::read_id(*found, conversation);
        if (const auto* found = input.if_contains("user")) (void)detail::read_id(*found, only_for);
        if (auto* found = input.if_contains("data"); found != nullptr && found->is_object())
            data = std::move(found->get_object());
    }

    [[nodiscard]] const std::string& type() const { return name; }
    std::int64_t position = 0;
    id conversation;    ///< none: not about one
    id only_for;        ///< the one user who hears it; none: whoever is in the conversation
    json::object data;  ///< as clients with every right see it

    /// The data as a described struct.
    template <class T>
    [[nodiscard]] result<T> as() const {
        return from_json<T>(data);
    }
};

}  // namespace parley::sdk
