// Each function of the table: look whether the manifest has it, copy, remember.
#include "plugins/registrar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/abi_text.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_text = 64 * 1024;
constexpr std::size_t most_problems = 100;

std::string shown(parley_text text) { return escape_and_cut(view(text), 80); }

registrar& of(parley_registry* on) { return *reinterpret_cast<registrar*>(on); }

/// The border: a plugin's C code must not see our exceptions.
template <class Work>
parley_status at_border(parley_registry* on, Work work) {
    if (on == nullptr) return PARLEY_INVALID;
    try {
        return work(of(on));
    } catch (const std::exception&) {
        return PARLEY_INVALID;
    }
}

bool has(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

/// Binds a name of one list to a function.
template <class Functions, class Function>
parley_status bind_name(registrar& on, std::string_view what, const std::vector<std::string>& said,
                        std::vector<std::string>& bound, Functions& functions, parley_text name, Function* function,
                        void* self) {
    if (function == nullptr) return on.refuse(fmt::format("{} {}: there is no function", what, shown(name)));
    if (!has(said, view(name)))
        return on.refuse(fmt::format("{} {}: the manifest does not have it", what, shown(name)));
    if (has(bound, view(name))) return on.refuse(fmt::format("{} {}: is bound twice", what, shown(name)));
    bound.emplace_back(view(name));
    functions.push_back({function, self});
    return PARLEY_OK;
}

parley_status message_hook(parley_registry* on, std::uint32_t when, parley_text event, parley_message_hook function,
                           void* self) {
    return at_border(on, [&](registrar& to) {
        const auto said = std::ranges::find_if(to.says().hooks, [&](const hook_said& one) {
            return one.event == view(event) && static_cast<std::uint32_t>(one.when) == when;
        });
        if (function == nullptr) return to.refuse(fmt::format("hook {}: there is no function", shown(event)));
        if (said == to.says().hooks.end())
            return to.refuse(fmt::format("hook {} (phase {}): the manifest does not have it", shown(event), when));
        for (const auto& one : to.bound.hooks)
            if (one.event == said->event && one.when == said->when)
                return to.refuse(fmt::format("hook {} {}: is bound twice", one.event, name_of(one.when)));
        to.bound.hooks.push_back({.event = said->event, .when = said->when});
        to.functions.hooks.push_back({function, self});
        return parley_status{PARLEY_OK};
    });
}

parley_status change_hook(parley_registry* on, parley_text change, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        std::vector<std::string> said;
        for (const auto& one : to.says().changes) said.push_back(one.change);
        return bind_name(to, "change", said, to.bound.changes, to.functions.changes, change, function, self);
    });
}

parley_status event(parley_registry* on, parley_text type, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        return bind_name(to, "event", to.says().hears, to.bound.events, to.functions.events, type, function, self);
    });
}

parley_status service(parley_registry* on, parley_text name, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        return bind_name(to, "service", to.says().services, to.bound.services, to.functions.services, name, function,
                         self);
    });
}

/// An object, or empty where the text is; a problem otherwise.
boost::json::object object_of(registrar& to, std::string_view what, parley_text text) {
    if (text.size == 0) return {};
    auto read = parse_object(view(text), {.max_bytes = most_text});
    if (read) return std::move(*read);
    to.refuse(fmt::format("{}: {}", what, read.error().message));
    return {};
}

void check_command(registrar& to, const bound_command& what) {
    static constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
    const auto complain = [&](std::string_view why) { to.refuse(fmt::format("command {}: {}", what.name, why)); };
    // What OPTIONS tells is for protocols that ask with it, as tus does.
    const bool asks = what.method == "OPTIONS" && what.carries == PARLEY_SENDS;
    if (!asks && std::ranges::find(methods, what.method) == methods.end())
        complain("the method is none of GET, POST, PUT, PATCH, DELETE");
    if (what.carries < PARLEY_JSON || what.carries > PARLEY_TAKES_PARTS) complain("carries nothing that is known");
    const auto& says = to.says();
    const bool own = what.carries != PARLEY_JSON &&
                     (what.path.starts_with(fmt::format("/{}/", says.id)) || (says.web_root && what.path == "/"));
    if ((!what.path.starts_with("/api/v1/") && !own) || what.path.size() > 200)
        complain("the path does not begin with /api/v1/");
    if (what.permission == PARLEY_PUBLIC && what.carries == PARLEY_JSON)
        complain("is public, which only a transfer can be");
    if (what.permission.empty()) complain("has no permission");
    if (what.sentence.empty() || what.sentence.size() > 500) complain("has no sentence, or one of more than 500 bytes");
}

parley_status command(parley_registry* on, const parley_command* what, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        if (what == nullptr || !PARLEY_HAS(what, parley_command, output))
            return to.refuse("command: the struct is too short");
        std::vector<std::string> bound;
        for (const auto& one : to.bound.commands) bound.push_back(one.name);
        const auto status =
            bind_name(to, "command", to.says().commands, bound, to.functions.commands, what->name, function, self);
        if (status != PARLEY_OK) return status;
        const auto before = to.wrong.size();
        to.bound.commands.push_back(
            {.name = bound.back(),
             .permission = std::string(view(what->permission)),
             .method = std::string(view(what->method)),
             .path = std::string(view(what->path)),
             .sentence = std::string(view(what->sentence)),
             .input = object_of(to, fmt::format("command {}: input", bound.back()), what->input),
             .output = object_of(to, fmt::format("command {}: output", bound.back()), what->output),
             .carries = PARLEY_HAS(what, parley_command, carries) && what->carries != 0 ? what->carries
                                                                                        : std::uint32_t{PARLEY_JSON}});
        check_command(to, to.bound.commands.back());
        return parley_status{to.wrong.size() == before ? PARLEY_OK : PARLEY_INVALID};
    });
}

parley_status job(parley_registry* on, const parley_job* what, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        if (what == nullptr || !PARLEY_HAS(what, parley_job, most_tries))
            return to.refuse("job: the struct is too short");
        std::vector<std::string> bound;
        for (const auto& one : to.bound.jobs) bound.push_back(one.name);
        const auto status = bind_name(to, "job", to.says().jobs, bound, to.functions.jobs, what->name, function, self);
        if (status != PARLEY_OK) return status;
        to.bound.jobs.push_back({.name = bound.back(),
                                 .every = std::chrono::milliseconds(what->every_ms),
                                 .lease = std::chrono::milliseconds(what->lease_ms),
                                 .most_tries = what->most_tries});
        constexpr std::int64_t month = 31LL * 24 * 3600 * 1000;
        if (what->every_ms < 0 || what->every_ms > month || (what->every_ms > 0 && what->every_ms < 1000))
            return to.refuse(fmt::format("job {}: every_ms is not 0 and not from a second to 31 days", bound.back()));
        if (what->lease_ms < 100 || what->lease_ms > 24LL * 3600 * 1000)
            return to.refuse(fmt::format("job {}: lease_ms is not from 100 ms to a day", bound.back()));
        return status;
    });
}

parley_status health(parley_registry* on, parley_call_function function, void* self) {
    return at_border(on, [&](registrar& to) {
        if (function == nullptr || to.bound.health)
            return to.refuse("health: there is no function, or it is bound twice");
        to.bound.health = true;
        to.functions.health.push_back({function, self});
        return parley_status{PARLEY_OK};
    });
}

parley_status metric(parley_registry* on, std::uint32_t kind, parley_text name, parley_text sentence,
                     std::uint32_t* number) {
    return at_border(on, [&](registrar& to) {
        if (kind < PARLEY_COUNTER || kind > PARLEY_HISTOGRAM || number == nullptr || sentence.size > 500)
            return to.refuse(fmt::format("metric {}: is of no known kind, or its sentence is too long", shown(name)));
        if (!has(to.says().metrics, view(name)))
            return to.refuse(fmt::format("metric {}: the manifest does not have it", shown(name)));
        for (const auto& one : to.bound.metrics)
            if (one.name == view(name)) return to.refuse(fmt::format("metric {}: is bound twice", one.name));
        to.bound.metrics.push_back({.kind = static_cast<metric_kind>(kind),
                                    .name = std::string(view(name)),
                                    .sentence = escape_controls(view(sentence))});
        *number = static_cast<std::uint32_t>(to.bound.metrics.size());
        return parley_status{PARLEY_OK};
    });
}

template <class List>
std::vector<std::string> names_in(const List& list) {
    std::vector<std::string> made;
    for (const auto& one : list) made.push_back(one.name);
    return made;
}

}  // namespace

const std::vector<bound_functions::call_entry>& bound_functions::of(call_kind kind) const {
    switch (kind) {
        case call_kind::change:
            return changes;
        case call_kind::event:
            return events;
        case call_kind::command:
            return commands;
        case call_kind::job:
            return jobs;
        case call_kind::service:
            return services;
        case call_kind::health:
            break;
    }
    return health;
}

parley_status registrar::refuse(std::string sentence) {
    if (wrong.size() < most_problems) wrong.push_back(std::move(sentence));
    return PARLEY_INVALID;
}

const parley_registrar& registrar::table() {
    static constexpr parley_registrar made{.size = sizeof(parley_registrar),
                                           .message_hook = message_hook,
                                           .change_hook = change_hook,
                                           .event = event,
                                           .command = command,
                                           .job = job,
                                           .service = service,
                                           .health = health,
                                           .metric = metric};
    return made;
}

problems unbound(const manifest& says, const bindings& bound) {
    problems made;
    const auto miss = [&](std::string_view what, const auto& said, const std::vector<std::string>& is) {
        for (const auto& one : said)
            if (!has(is, one))
                made.push_back(fmt::format("{} {}: is in the manifest and was not bound in setup", what, one));
    };
    for (const auto& one : says.hooks)
        if (std::ranges::none_of(bound.hooks,
                                 [&](const bound_hook& is) { return is.event == one.event && is.when == one.when; }))
            made.push_back(
                fmt::format("hook {} {}: is in the manifest and was not bound in setup", one.event, name_of(one.when)));
    std::vector<std::string> changes;
    for (const auto& one : says.changes) changes.push_back(one.change);
    miss("change", changes, bound.changes);
    miss("event", says.hears, bound.events);
    miss("command", says.commands, names_in(bound.commands));
    miss("job", says.jobs, names_in(bound.jobs));
    miss("service", says.services, bound.services);
    miss("metric", says.metrics, names_in(bound.metrics));
    return made;
}

}  // namespace parley::plugins
