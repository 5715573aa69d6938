// The C tables that plugins are given: a border around each function, then host_side.
#include <parley/abi/ext/host.h>
#include <parley/abi/ext/registry.h>

#include <algorithm>
#include <exception>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "plugins/abi_text.hpp"
#include "plugins/host_side.hpp"
#include "plugins/registrar.hpp"

namespace parley::plugins {
namespace {

plugin& of(const parley_host* host) { return *static_cast<plugin*>(host->context); }

/// Tells the plugin the end of what it asked for, unless it has been stopped meanwhile.
void tell(plugin& me, parley_done done, void* context, const parley_outcome& outcome) {
    if (done == nullptr || !me.enter()) return;
    try {
        done(context, &outcome);
    } catch (...) {
        log::error("an exception came out of a plugin's done function", {{"plugin", me.id()}});
    }
    me.leave();
}

host_side::taker told(plugin& me, parley_done done, void* context) {
    return [&me, done, context](result<boost::json::object> end) {
        auto outcome = sized<parley_outcome>();
        std::string json;
        if (end) {
            json = to_text(*end);
            outcome.status = PARLEY_OK;
            outcome.json = lend(json);
        } else {
            outcome.status = status_of(end.error().kind);
            outcome.code = lend(end.error().code);
            outcome.sentence = lend(end.error().message);
            outcome.field = lend(end.error().field);
        }
        tell(me, done, context, outcome);
    };
}

/// A plugin's C code must not see our exceptions; what it asked for has failed then.
template <class Work>
void at_border(const parley_host* host, parley_done done, void* context, Work work) {
    try {
        if (!of(host).stopped) work(of(host));
    } catch (const std::exception& why) {
        log::error("a plugin's request failed", {{"plugin", of(host).id()}, {"what", why.what()}});
        auto outcome = sized<parley_outcome>();
        outcome.status = PARLEY_FAILED;
        tell(of(host), done, context, outcome);
    }
}

void finish(const parley_host* host, parley_reply reply, const parley_outcome* outcome) {
    if (outcome == nullptr) return;
    try {
        of(host).side->finish(of(host), reply, *outcome);
    } catch (const std::exception& why) {
        log::error("an answer could not be taken", {{"plugin", of(host).id()}, {"what", why.what()}});
    }
}

void write(const parley_host* host, std::uint32_t level, parley_text message, parley_text fields) {
    constexpr std::size_t most = 4096;
    at_border(host, nullptr, nullptr, [&](plugin& me) {
        const auto said = escape_and_cut(view(message), most);
        const auto more = escape_and_cut(view(fields), most);
        const log::fields with{{"plugin", me.id()}, {"fields", more}};
        if (level == PARLEY_DEBUG) return log::debug(said, with);
        if (level == PARLEY_INFO) return log::info(said, with);
        if (level == PARLEY_WARNING) return log::warning(said, with);
        log::error(said, with);
    });
}

std::int64_t now(const parley_host* host) {
    // What the server goes by may be gone when a plugin's own thread outlives it.
    if (of(host).stopped)
        return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock{}.now().time_since_epoch()).count();
    const auto at = of(host).side->ports().time.now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
}

std::int64_t next_id(const parley_host* host) {
    if (of(host).stopped) return 0;
    return of(host).side->ports().ids.next<message_id>().value;
}

void invoke(const parley_host* host, std::uint64_t caller, parley_text command, parley_text input, parley_done done,
            void* context) {
    at_border(host, done, context,
              [&](plugin& me) { me.side->invoke(me, caller, view(command), view(input), told(me, done, context)); });
}

void invoke_as_plugin(const parley_host* host, std::int64_t tenant, parley_text command, parley_text input,
                      parley_done done, void* context) {
    at_border(host, done, context, [&](plugin& me) {
        me.side->invoke_as_plugin(me, tenant_id{tenant}, view(command), view(input), told(me, done, context));
    });
}

void decide(const parley_host* host, std::int64_t tenant, std::int64_t message, parley_status status,
            parley_text reason, parley_done done, void* context) {
    at_border(host, done, context, [&](plugin& me) {
        me.side->decide(me, tenant_id{tenant}, message_id{message}, status, view(reason), told(me, done, context));
    });
}

const parley_database* database(const parley_host* host) {
    return of(host).database ? &of(host).database->table : nullptr;
}

void committed(const parley_host* host) {
    at_border(host, nullptr, nullptr, [](plugin& me) { me.side->committed(me); });
}

parley_text folder(const parley_host* host, parley_text plugin) {
    const auto& all = of(host).folders;
    const auto found = all.find(view(plugin));
    return found == all.end() ? parley_text{} : lend(found->second);
}

void schedule(const parley_host* host, std::int64_t tenant, parley_text job, parley_text key, std::int64_t at,
              parley_text input, parley_done done, void* context) {
    at_border(host, done, context, [&](plugin& me) {
        // Beyond this, counting in microseconds would overflow.
        constexpr std::int64_t latest = 253'402'300'800'000;
        const std::chrono::milliseconds when(std::clamp<std::int64_t>(at, 0, latest));
        me.side->schedule(me,
                          {.plugin = me.id(),
                           .job = std::string(view(job)),
                           .tenant = tenant_id{tenant},
                           .key = std::string(view(key)),
                           .at = moment{when},
                           .input = input.size == 0 ? "{}" : std::string(view(input))},
                          told(me, done, context));
    });
}

void call_service(const parley_host* host, std::uint64_t caller, std::int64_t tenant, parley_text model,
                  parley_text service, parley_text input, parley_done done, void* context) {
    at_border(host, done, context, [&](plugin& me) {
        me.side->call_service(me,
                              {.caller = caller,
                               .tenant = tenant_id{tenant},
                               .model = view(model),
                               .service = view(service),
                               .input = view(input)},
                              [&me, done, context](const answer& end) {
                                  auto outcome = sized<parley_outcome>();
                                  outcome.status = end.how == call_end::done ? end.status : PARLEY_UNAVAILABLE;
                                  outcome.json = lend(end.json);
                                  outcome.code = lend(end.code);
                                  outcome.sentence = lend(end.sentence);
                                  outcome.field = lend(end.field);
                                  tell(me, done, context, outcome);
                              });
    });
}

void record(const parley_host* host, std::uint32_t number, double value) {
    auto& me = of(host);
    if (number == 0 || number > me.metrics.size() || !(value == value)) return;
    auto& to = me.metrics[number - 1];
    if (to.what.kind == metric_kind::gauge) return to.value.store(value, std::memory_order_relaxed);
    if (value < 0) return;
    if (to.what.kind == metric_kind::counter) {
        to.value.fetch_add(value, std::memory_order_relaxed);
        return;
    }
    constexpr double longest = 1e9;  // seconds, that nanoseconds can hold
    to.seconds.add(ticks(static_cast<std::int64_t>(std::min(value, longest) * 1e9)));
}

constexpr parley_replies replies_table{.size = sizeof(parley_replies), .finish = finish};
constexpr parley_log log_table{.size = sizeof(parley_log), .write = write};
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

}  // namespace

const void* host_table(const parley_host* host, parley_text id) {
    if (host == nullptr) return nullptr;
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

}  // namespace parley::plugins
