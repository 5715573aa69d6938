// Where a plugin says in setup what it does, and how its functions come to be called.
//
// A handler is a member function of the plugin. It takes what it needs of (call) and (call, input), or the one thing
// its kind has (an event, a draft), and gives a value, a result<value>, nothing, or a task of one of these. Inputs,
// answers and settings are structs with BOOST_DESCRIBE_STRUCT. What it throws is answered as PARLEY_FAILED and stands
// in the operator's log only. Handlers are called on any thread, also several at once.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "parley/abi/ext/registry.h"
#include "parley/hooks.hpp"
#include "parley/transfer.hpp"

namespace parley::sdk {

/// Where clients reach a command, and what its fields mean. since 1.0
struct route {
    std::string method{};  ///< "PUT"; GET only reads
    std::string path{};    ///< "/api/v1/messages/{message}/reactions/{emoji}"
    std::string sentence{};
    std::map<std::string, std::string> fields{};  ///< a sentence about each member of the input
};

/// When a job runs. since 1.0
struct timing {
    std::chrono::milliseconds every{0};       ///< how often in each tenant; 0: only when it is scheduled
    std::chrono::milliseconds lease{60'000};  ///< how long one run may take
    std::uint32_t most_tries = 0;             ///< of one scheduled run; 0: for ever
};

namespace detail {

/// Answers the host, once.
class answering {
public:
    explicit answering(parley_reply reply) : reply_(reply) {}

    void send(const error& why) const {
        auto out = outcome(why.status);
        out.code = borrow(why.code);
        out.sentence = borrow(why.sentence);
        out.field = borrow(why.field);
        finish(out);
    }
    void send() const { finish(outcome(PARLEY_OK)); }
    void send(const verdict& is) const {
        auto out = outcome(is.status());
        out.code = borrow(is.code());
        out.sentence = borrow(is.sentence());
        finish(out);
    }
    void send(const admission& is) const { send(json::object{{"admit", to_json(is)}}); }
    void send(const reply& is) const { send(json::object{{"reply", to_json(is)}}); }
    void send(const opening& is) const {
        std::visit([this](const auto& one) { send(one); }, is);
    }
    void send(const amendment& is) const {
        std::string data;
        parley_amendment changes{};
        changes.size = sizeof(changes);
        if (is.type) changes.type = present(*is.type);
        if (is.text) changes.text = present(*is.text);
        if (is.data) changes.data = present(data = json::serialize(*is.data));
        auto out = outcome(PARLEY_OK);
        if (is.type || is.text || is.data) out.amended = &changes;
        finish(out);
    }
    template <class T>
        requires(!std::is_base_of_v<verdict, T> && !is_result<T>)
    void send(const T& value) const {
        const auto text = text_of(value);
        auto out = outcome(PARLEY_OK);
        out.json = borrow(text);
        finish(out);
    }
    template <class T>
    void send(const result<T>& is) const {
        if (!is) return send(is.error());
        if constexpr (std::is_void_v<T>) {
            send();
        } else {
            send(*is);
        }
    }

private:
    [[nodiscard]] static parley_outcome outcome(parley_status status) {
        parley_outcome out{};
        out.size = sizeof(out);
        out.status = status;
        return out;
    }
    /// Null data would mean "as it is".
    [[nodiscard]] static parley_text present(const std::string& text) { return {text.c_str(), text.size()}; }
    void finish(const parley_outcome& out) const { here().replies->finish(here().host, reply_, &out); }

    parley_reply reply_;
};

template <class Function>
struct signature;
template <class Result, class Class, class... Arguments>
struct signature<Result (Class::*)(Arguments...)> {
    using result_type = Result;
    using arguments = std::tuple<std::remove_cvref_t<Arguments>...>;
    static constexpr bool takes_references = (std::is_reference_v<Arguments> || ...);
};
template <class Result, class Class, class... Arguments>
struct signature<Result (Class::*)(Arguments...) const> : signature<Result (Class::*)(Arguments...)> {};

/// What a handler makes, whether at once or later.
template <class T>
struct made {
    using type = T;
};
template <class T>
struct made<result<T>> : made<T> {};
template <class T>
struct made<task<T>> : made<T> {};
template <class Function>
using made_by = typename made<typename signature<Function>::result_type>::type;

/// The typed input: the last argument that is no call; void when there is none.
template <class Arguments>
struct input_of {
    using type = void;
};
template <class In>
    requires(!std::is_base_of_v<call, In>)
struct input_of<std::tuple<In>> {
    using type = In;
};
template <class Call, class In>
struct input_of<std::tuple<Call, In>> {
    using type = In;
};

/// A handler with the plugin it belongs to; what the host gets as `self`.
template <class Plugin, class Function>
struct binding {
    Plugin* plugin;
    Function function;
};

template <class Work>
void guarded(parley_reply reply, Work work) noexcept {
    auto* home = runtime::active();
    if (home == nullptr) return;
    const visit inside(*home);
    if (!inside) return;
    try {
        work(answering(reply));
    } catch (const std::exception& thrown) {
        answering(reply).send(failed(thrown.what()));
    } catch (...) {
        answering(reply).send(failed("something that is no std::exception was thrown"));
    }
}

/// Calls the handler and answers with what it gives, now or when its task ends.
template <class Binding, class... Arguments>
void run(const Binding& with, answering to, Arguments&&... arguments) {
    using shape = signature<decltype(with.function)>;
    using given = typename shape::result_type;
    static_assert(!is_task<given> || !shape::takes_references,
                  "a coroutine takes its parameters by value: what they refer to would be gone when it goes on");
    if constexpr (is_task<given>) {
        drive((with.plugin->*with.function)(std::forward<Arguments>(arguments)...),
              [to](const auto& ended) { to.send(ended); });
    } else if constexpr (std::is_void_v<given>) {
        (with.plugin->*with.function)(std::forward<Arguments>(arguments)...);
        to.send();
    } else {
        to.send((with.plugin->*with.function)(std::forward<Arguments>(arguments)...));
    }
}

template <class Binding>
void take_call(void* self, const parley_call* from, parley_reply reply) {
    guarded(reply, [&](answering to) {
        const auto& with = *static_cast<Binding*>(self);
        using arguments = typename signature<decltype(with.function)>::arguments;
        using input = typename input_of<arguments>::type;
        call what(*from);
        if constexpr (!std::is_void_v<input>) {
            const auto text = view(from->input);
            boost::system::error_code wrong;
            auto in = from_json<input>(json::parse(text.empty() ? "{}" : text, wrong));
            if (wrong) return to.send(invalid({}, "json_invalid", "The input is not JSON."));
            if (!in) return to.send(in.error());
            if constexpr (std::tuple_size_v<arguments> == 1) {
                run(with, to, *std::move(in));
            } else {
                run(with, to, std::move(what), *std::move(in));
            }
        } else if constexpr (std::tuple_size_v<arguments> == 1) {
            run(with, to, std::move(what));
        } else {
            static_assert(std::tuple_size_v<arguments> == 0, "a handler takes (), (call), (input) or (call, input)");
            run(with, to);
        }
    });
}

/// A transfer's two handlers; of one that takes nothing, the same twice.
template <class Plugin, class Begin, class End>
struct transfer_binding {
    Plugin* plugin;
    Begin begin;
    End end;
};

/// What the server says of a transfer's call.
struct transfer_call {
    call what;
    json::object input;
    json::object word;
};

template <class T>
[[nodiscard]] result<T> argument_of(const transfer_call& from) {
    if constexpr (std::is_same_v<T, call>) {
        return from.what;
    } else if constexpr (std::is_same_v<T, received>) {
        return from_json<received>(from.word);
    } else if constexpr (std::is_same_v<T, visitor>) {
        visitor made;
        if (auto wrong = read(from.word, made, presence::optional)) return *wrong;
        return made;
    } else if constexpr (std::is_same_v<T, offered_body>) {
        offered_body made;
        if (const auto* length = from.word.if_contains("content_length"); length != nullptr && length->is_int64())
            made.length = length->get_int64();
        if (const auto* type = from.word.if_contains("content_type"); type != nullptr && type->is_string())
            made.type = std::string(type->get_string());
        return made;
    } else {
        return from_json<T>(from.input);
    }
}

template <class Plugin, class Function, class... Arguments>
void run_transfer(const binding<Plugin, Function>& with, answering to, const transfer_call& from,
                  std::type_identity<std::tuple<Arguments...>>) {
    auto all = std::make_tuple(argument_of<Arguments>(from)...);
    std::optional<error> wrong;
    std::apply([&](const auto&... one) { ((one || wrong || (wrong = one.error(), false)), ...); }, all);
    if (wrong) return to.send(*wrong);
    std::apply([&](auto&... one) { run(with, to, *std::move(one)...); }, all);
}

template <class Binding>
void take_transfer(void* self, const parley_call* from, parley_reply reply) {
    guarded(reply, [&](answering to) {
        const auto& with = *static_cast<Binding*>(self);
        transfer_call made{call(*from), json::parse(from->input.size == 0 ? "{}" : view(from->input)).as_object(), {}};
        made.word = take_transfer_word(made.input);
        const auto* phase = made.word.if_contains("phase");
        const auto go = [&](auto function) {
            using shape = signature<decltype(function)>;
            static_assert(!shape::takes_references, "a handler of a transfer takes its parameters by value");
            run_transfer(binding{with.plugin, function}, to, made, std::type_identity<typename shape::arguments>());
        };
        if (phase != nullptr && *phase == "end") return go(with.end);
        go(with.begin);
    });
}

template <class Binding>
void take_event(void* self, const parley_call* from, parley_reply reply) {
    guarded(reply, [&](answering to) {
        auto input = json::parse(from->input.size == 0 ? "{}" : view(from->input));
        run(*static_cast<Binding*>(self), to, event(*from, std::move(input.as_object())));
    });
}

template <class Binding>
void take_draft(void* self, const parley_scope* where, const parley_message_draft* what, parley_reply reply) {
    guarded(reply, [&](answering to) {
        const auto& with = *static_cast<Binding*>(self);
        using arguments = typename signature<decltype(with.function)>::arguments;
        static_assert(std::is_same_v<arguments, std::tuple<draft>> || std::is_same_v<arguments, std::tuple<kept_draft>>,
                      "a hook on messages takes a const draft&, or as a coroutine a kept_draft");
        static_assert(!is_task<typename signature<decltype(with.function)>::result_type> ||
                          std::is_same_v<arguments, std::tuple<kept_draft>>,
                      "a hook that is a coroutine takes a kept_draft: a draft is gone when it goes on");
        run(with, to, std::tuple_element_t<0, arguments>(*where, *what));
    });
}

/// What of a handler's arguments is its input: the one that is nothing of ours; void when there is none.
template <class... Arguments>
struct transfer_input {
    using type = void;
};
template <class First, class... Rest>
struct transfer_input<First, Rest...>
    : std::conditional_t<std::is_same_v<First, call> || std::is_same_v<First, received> ||
                             std::is_same_v<First, offered_body> || std::is_same_v<First, visitor>,
                         transfer_input<Rest...>, std::type_identity<First>> {};
template <class... Arguments>
struct transfer_input<std::tuple<Arguments...>> : transfer_input<Arguments...> {};

/// "in" of a field: in the path where the path names it, in the query of what has no body, in the body of all else.
[[nodiscard]] inline std::string_view place_of(const route& at, std::string_view name) {
    if (at.path.find("{" + std::string(name) + "}") != std::string::npos) return "path";
    return at.method == "GET" || at.method == "DELETE" ? "query" : "body";
}

template <class T>
void describe_field(json::object& field) {
    if constexpr (is_optional<T>) {
        describe_field<typename T::value_type>(field);
        field["required"] = false;
    } else if constexpr (std::is_same_v<T, bool>) {
        field["type"] = "boolean";
    } else if constexpr (is_whole<T>) {
        field["type"] = "integer";
        field["least"] = T::least;
        field["most"] = T::most;
    } else if constexpr (is_integer<T>) {
        field["type"] = "integer";
        field["least"] = std::is_unsigned_v<T> ? 0 : std::numeric_limits<std::int64_t>::min();
        field["most"] = std::numeric_limits<std::int64_t>::max();
    } else if constexpr (std::is_same_v<T, id>) {
        field["type"] = "id";
    } else if constexpr (is_ids<T>) {
        field["type"] = "ids";
        if constexpr (requires { T::most; }) field["most"] = T::most;
    } else if constexpr (is_text<T> || described_enum<T>) {
        field["type"] = "text";
        if constexpr (requires { T::most; }) field["most"] = T::most;
    } else {
        static_assert(std::is_same_v<T, json::object> || described<T> || is_map<T>,
                      "a command takes texts, ids, lists of ids, integers, booleans and objects");
        field["type"] = "object";
    }
}

template <class In>
[[nodiscard]] json::array fields_of(const route& at) {
    json::array all;
    if constexpr (!std::is_void_v<In>) {
        for_each_member<In>([&](std::string_view name, auto pointer) {
            json::object field{{"name", name}, {"required", true}, {"in", place_of(at, name)}};
            describe_field<std::remove_cvref_t<decltype(std::declval<In&>().*pointer)>>(field);
            const auto sentence = at.fields.find(std::string(name));
            field["sentence"] = sentence == at.fields.end() ? std::string() : sentence->second;
            all.push_back(std::move(field));
        });
    }
    return all;
}

template <class In>
[[nodiscard]] json::array fields_of(const transfer& at) {
    auto all = fields_of<In>(route{"GET", at.path, {}, at.fields});
    for (auto& one : all) {
        if (std::string_view(one.at("name").as_string()) == at.secret) one.as_object()["secret"] = true;
        const auto header = at.headers.find(std::string(one.at("name").as_string()));
        if (header == at.headers.end()) continue;
        one.as_object()["in"] = "header";
        one.as_object()["header"] = header->second;
    }
    return all;
}

}  // namespace detail

/// Given to Plugin::setup; used there and nowhere else. A name that plugin.yaml does not have, or has and is not bound,
/// makes the plugin be refused with a sentence that says which. Thread: setup. since 1.0
template <class Plugin>
class registry {
public:
    registry(detail::runtime& home, parley_registry* on, Plugin& plugin, std::vector<std::shared_ptr<void>>& kept)
        : table_(home.table<parley_registrar>(PARLEY_REGISTRAR)), on_(on), plugin_(&plugin), kept_(kept) {
        if (table_ == nullptr) throw std::runtime_error("this host has no parley.registry/1");
    }

    /// Something that clients can ask for, over HTTP at the route and over the WebSocket by its name. The permission is
    /// checked before the handler hears of the call, and so are the input's types and limits.
    template <class Function>
    void command(std::string_view name, std::string_view permission, const route& at, Function handler) {
        using input = typename detail::input_of<typename detail::signature<Function>::arguments>::type;
        const auto fields = json::serialize(json::object{{"fields", detail::fields_of<input>(at)}});
        std::string output;
        if constexpr (!std::is_void_v<detail::made_by<Function>>)
            output = json::serialize(schema_of<detail::made_by<Function>>());
        auto what = described(name, permission, at);
        what.input = detail::borrow(fields);
        what.output = detail::borrow(output);
        what.carries = PARLEY_JSON;
        auto* self = keep(handler);
        table_->command(on_, &what, &detail::take_call<bound<Function>>, self);
    }

    /// Something that takes a body as it comes: `begin` gives an admission (or an error, and the body is not read),
    /// then `end` hears what came and gives a reply. Both take what they need of (call, input, visitor, offered_body or
    /// received), by value. `end` is told of every body that was admitted, also when it did not arrive. Over HTTP
    /// alone.
    template <class Begin, class End>
    void transfer(std::string_view name, std::string_view permission, const sdk::transfer& at, Begin begin, End end) {
        using made = detail::made_by<Begin>;
        static_assert(std::is_same_v<made, admission> || std::is_same_v<made, opening>,
                      "the first handler gives an admission, or an opening");
        static_assert(std::is_same_v<detail::made_by<End>, reply>, "the second handler gives a reply");
        if (at.takes == takes::nothing) throw std::logic_error("a transfer that takes nothing has one handler");
        bind_transfer(name, permission, at, begin, end);
    }
    /// Something that sends a file, a page, a place to go on to. The handler takes what it needs of (call, input,
    /// visitor), by value, and gives a reply.
    template <class Function>
    void transfer(std::string_view name, std::string_view permission, const sdk::transfer& at, Function handler) {
        static_assert(std::is_same_v<detail::made_by<Function>, reply>, "the handler gives a reply");
        if (at.takes != takes::nothing) throw std::logic_error("a transfer that takes a body has two handlers");
        bind_transfer(name, permission, at, handler, handler);
    }

    /// Changes drafts: "message.send" or "message.edit". Gives an amendment, or an error made by sdk::refused.
    template <class Function>
    void amend(std::string_view what, Function handler) {
        static_assert(std::is_same_v<detail::made_by<Function>, amendment>, "an amend hook gives an amendment");
        hook(PARLEY_AMEND, what, handler);
    }

    /// Judges final drafts: "message.send" or "message.edit". Gives a verdict; for message.send also a send_verdict.
    template <class Function>
    void check(std::string_view what, Function handler) {
        using gives = detail::made_by<Function>;
        static_assert(std::is_base_of_v<verdict, gives>, "a check gives a verdict, or a send_verdict, which may hold");
        if (std::is_same_v<gives, send_verdict> && what != "message.send")
            throw std::logic_error("only message.send can be held, so a check of " + std::string(what) +
                                   " gives a verdict");
        hook(PARLEY_CHECK, what, handler);
    }

    /// Judges another change: "conversation.create", "conversation.archive", "member.add", "user.create".
    template <class Function>
    void check_change(std::string_view what, Function handler) {
        static_assert(std::is_same_v<detail::made_by<Function>, verdict>, "a check of a change gives a verdict");
        auto* self = keep(handler);
        table_->change_hook(on_, detail::borrow(what), &detail::take_call<bound<Function>>, self);
    }

    /// Hears an event after its commit: at least once, in the order of the log. Ending with an error brings it again.
    template <class Function>
    void after(std::string_view type, Function handler) {
        auto* self = keep(handler);
        table_->event(on_, detail::borrow(type), &detail::take_event<bound<Function>>, self);
    }

    /// Work that the server starts. Ending with an error brings it again, later and later.
    template <class Function>
    void job(std::string_view name, const timing& when, Function handler) {
        parley_job what{};
        what.size = sizeof(what);
        what.name = detail::borrow(name);
        what.every_ms = when.every.count();
        what.lease_ms = when.lease.count();
        what.most_tries = when.most_tries;
        auto* self = keep(handler);
        table_->job(on_, &what, &detail::take_call<bound<Function>>, self);
    }

    /// Something that other plugins may ask for: "reactions.count/1".
    template <class Function>
    void service(std::string_view name, Function handler) {
        auto* self = keep(handler);
        table_->service(on_, detail::borrow(name), &detail::take_call<bound<Function>>, self);
    }

    /// Asked now and then; gives result<void>, whose error says what is wrong.
    template <class Function>
    void health(Function handler) {
        auto* self = keep(handler);
        table_->health(on_, &detail::take_call<bound<Function>>, self);
    }

    [[nodiscard]] sdk::counter counter(std::string_view name, std::string_view sentence) {
        return sdk::counter(metric(PARLEY_COUNTER, name, sentence));
    }
    [[nodiscard]] sdk::gauge gauge(std::string_view name, std::string_view sentence) {
        return sdk::gauge(metric(PARLEY_GAUGE, name, sentence));
    }
    [[nodiscard]] sdk::histogram histogram(std::string_view name, std::string_view sentence) {
        return sdk::histogram(metric(PARLEY_HISTOGRAM, name, sentence));
    }

private:
    template <class Function>
    using bound = detail::binding<Plugin, Function>;

    template <class Function>
    [[nodiscard]] bound<Function>* keep(Function handler) {
        auto made = std::make_shared<bound<Function>>(bound<Function>{plugin_, handler});
        kept_.push_back(made);
        return made.get();
    }

    /// What commands and transfers say alike. It borrows.
    template <class Where>
    [[nodiscard]] static parley_command described(std::string_view name, std::string_view permission, const Where& at) {
        parley_command what{};
        what.size = sizeof(what);
        what.name = detail::borrow(name);
        what.permission = detail::borrow(permission);
        what.method = detail::borrow(at.method);
        what.path = detail::borrow(at.path);
        what.sentence = detail::borrow(at.sentence);
        return what;
    }

    template <class Begin, class End>
    void bind_transfer(std::string_view name, std::string_view permission, const sdk::transfer& at, Begin begin,
                       End end) {
        using both = detail::transfer_binding<Plugin, Begin, End>;
        using input = typename detail::transfer_input<typename detail::signature<Begin>::arguments>::type;
        const auto fields = json::serialize(json::object{{"fields", detail::fields_of<input>(at)}});
        auto made = std::make_shared<both>(both{plugin_, begin, end});
        kept_.push_back(made);
        auto what = described(name, permission, at);
        what.input = detail::borrow(fields);
        what.carries = static_cast<std::uint32_t>(at.takes);
        table_->command(on_, &what, &detail::take_transfer<both>, made.get());
    }

    template <class Function>
    void hook(std::uint32_t phase, std::string_view what, Function handler) {
        auto* self = keep(handler);
        table_->message_hook(on_, phase, detail::borrow(what), &detail::take_draft<bound<Function>>, self);
    }

    [[nodiscard]] std::uint32_t metric(std::uint32_t kind, std::string_view name, std::string_view sentence) {
        std::uint32_t number = 0;
        table_->metric(on_, kind, detail::borrow(name), detail::borrow(sentence), &number);
        return number;
    }

    const parley_registrar* table_;
    parley_registry* on_;
    Plugin* plugin_;
    std::vector<std::shared_ptr<void>>& kept_;
};

}  // namespace parley::sdk
