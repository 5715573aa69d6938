// Asking on somebody's behalf: who it is, whether the manifest names it, then the command.
#include "plugins/host_side.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/log.hpp"
#include "kernel/audit.hpp"
#include "plugins/abi_text.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_input = 1024 * 1024;
constexpr unsigned most_depth = 8;

constexpr std::size_t most_audit_details = 20;
constexpr std::size_t most_audit_word = 48;
constexpr std::size_t most_replacement = 4096;

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= most_audit_word && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string text_in(const boost::json::object& input, std::string_view name) {
    const auto* found = input.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// Texts, numbers and yes or no, each by a word.
result<boost::json::object> audit_details_of(const boost::json::object& input) {
    boost::json::object made;
    const auto* given = input.if_contains("details");
    if (given == nullptr || given->is_null()) return made;
    const auto wrong = invalid("details_invalid", "Details are at most 20 texts, numbers or booleans.", "details");
    if (!given->is_object() || given->get_object().size() > most_audit_details) return wrong;
    for (const auto& [name, value] : given->get_object()) {
        if (!is_word({name.data(), name.size()}) || value.is_structured()) return wrong;
        made[name] = value.is_string() ? boost::json::value(kernel::shown_in_audit(value.get_string())) : value;
    }
    return made;
}

bool has(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

/// "file_check/1" of virus_scan is "virus_scan.file_check/1".
std::string service_of(const plugin& of, std::string_view asked) { return fmt::format("{}.{}", of.id(), asked); }

std::unexpected<error> refuse(plugin& me, std::string code, std::string sentence) {
    if (me.refused_requests.fetch_add(1) == 0)
        log::warning("a plugin asks for what it may not; later ones are only counted",
                     {{"plugin", me.id()}, {"why", sentence}});
    return failure(fault::forbidden, std::move(code), std::move(sentence));
}

}  // namespace

void host_side::connect(plugin& to) {
    to.side = this;
    to.host = {.size = sizeof(parley_host),
               .abi_major = PARLEY_ABI_MAJOR,
               .abi_minor = PARLEY_ABI_MINOR,
               .context = &to,
               .extension = host_table};
}

void host_side::finish(plugin& me, parley_reply reply, const parley_outcome& outcome) {
    switch (open_.finish(me.number, reply, outcome)) {
        case finished::taken:
            return;
        case finished::late:
            if (me.late_answers.fetch_add(1) == 0)
                log::warning("a plugin answered a second time or too late; later ones are only counted",
                             {{"plugin", me.id()}});
            return;
        case finished::unknown:
            if (me.unknown_answers.fetch_add(1) == 0)
                log::warning("a plugin answered a call that never was; later ones are only counted",
                             {{"plugin", me.id()}});
    }
}

void host_side::invoke(plugin& me, std::uint64_t caller, std::string_view command, std::string_view input, taker done) {
    auto whom = known_.find(me.number, caller);
    if (!whom)
        return done(
            refuse(me, "caller_over", "The call for whose caller this was asked is over, or was another plugin's."));
    run(me, std::move(whom->who), command, input, std::move(done));
}

void host_side::invoke_as_plugin(plugin& me, tenant_id tenant, std::string_view command, std::string_view input,
                                 taker done) {
    run(me, as_plugin(me, tenant), command, input, std::move(done));
}

void host_side::run(plugin& me, result<kernel::caller> who, std::string_view command, std::string_view input,
                    taker done) {
    if (!who) return done(std::unexpected(who.error()));
    if (++who->depth > most_depth)
        return done(failure(fault::unavailable, "too_deep", "Plugins asked for each other round and round."));
    if (!has(me.says().uses, command))
        return done(refuse(me, "command_not_declared",
                           fmt::format("The command {} is not under uses in the manifest.", command)));
    auto* api = api_.load();
    if (api == nullptr) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    auto read = input.empty() ? result<boost::json::object>{} : parse_object(input, {.max_bytes = most_input});
    if (!read) return done(std::unexpected(read.error()));
    api->invoke(std::move(*who), command, std::move(*read), std::move(done));
}

result<kernel::caller> host_side::as_plugin(const plugin& me, tenant_id tenant) const {
    auto name = names_.find(tenant);
    if (!name && ports_.tenant_name) name = ports_.tenant_name(tenant);
    if (!name) return failure(fault::not_found, "tenant_unknown", "There is no such tenant.");
    permission_set own;
    for (const auto& one : me.says().permissions_used)
        if (const auto found = ports_.find_permission ? ports_.find_permission(one) : std::nullopt) own.grant(*found);
    return kernel::caller{.tenant = tenant,
                          .tenant_name = std::move(*name),
                          .user = {},
                          .request_id = {},
                          .acting_plugin = me.id(),
                          .own = own};
}

void host_side::decide(plugin& me, tenant_id tenant, message_id message, parley_status status, std::string_view reason,
                       taker done) {
    if (status != PARLEY_OK && status != PARLEY_REFUSED)
        return done(invalid("status_invalid", "A hold ends with PARLEY_OK or PARLEY_REFUSED.", "status"));
    if (!ports_.decide) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    hold_end made{.plugin = me.id(),
                  .tenant = tenant,
                  .message = message,
                  .says = status == PARLEY_OK ? hold_end::verdict::pass : hold_end::verdict::reject,
                  .reason = safe_sentence(reason, "")};
    ports_.decide(std::move(made), [done = std::move(done)](result<void> end) mutable {
        if (!end) return done(std::unexpected(end.error()));
        done(boost::json::object{});
    });
}

plugin* host_side::who_serves(const plugin& me, std::string_view service) const {
    for (const auto& one : *all_) {
        const bool needed =
            std::ranges::any_of(me.says().needs, [&](const need_said& need) { return need.plugin == one->id(); });
        const bool asked = std::ranges::any_of(
            me.says().asks, [&](const std::string& name) { return service == service_of(*one, name); });
        if ((needed || asked) && has(one->bound.services, service)) return one.get();
    }
    return nullptr;
}

result<boost::json::object> host_side::providers(plugin& me, const snapshot& at, std::string_view tenant_name,
                                                 const service_request& of) const {
    const auto input = parse_object(of.input, {.max_bytes = most_input});
    if (!input) return std::unexpected(input.error());
    const auto* wanted = input->if_contains("service");
    const std::string name = wanted != nullptr && wanted->is_string() ? std::string(wanted->get_string()) : "";
    if (!has(me.says().asks, name))
        return refuse(me, "service_not_asked", fmt::format("\"{}\" is not under asks in the manifest.", name));
    boost::json::array found;
    for (const auto& one : *all_)
        if (has(one->bound.services, service_of(*one, name)) && at.at(tenant_name, of.model).is_on(*one))
            found.emplace_back(one->id());
    return boost::json::object{{"plugins", std::move(found)}};
}

/// Whether a command that only reads, one of those that the plugin invokes, would be answered to a user. It is tried,
/// and nothing of the answer is told.
void host_side::may(plugin& me, kernel::caller by, const service_request& of, taker done) const {
    const auto input = parse_object(of.input, {.max_bytes = most_input});
    if (!input) return done(std::unexpected(input.error()));
    const auto command = text_in(*input, "command");
    const auto user = user_id::parse(text_in(*input, "user"));
    const auto* given = input->if_contains("input");
    if (!user || given == nullptr || !given->is_object())
        return done(invalid("input_invalid", "A user, a command and its input are needed.", "user"));
    auto* api = api_.load();
    if (api == nullptr) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    if (!has(me.says().asks, "may/1") || !has(me.says().uses, command) || !api->only_reads(command))
        return done(refuse(me, "may_not_asked",
                           fmt::format("\"may/1\" is not under asks in the manifest, or {} not under uses, or it "
                                       "does not only read.",
                                       command)));
    if (++by.depth > most_depth)
        return done(failure(fault::unavailable, "too_deep", "Plugins asked for each other round and round."));
    kernel::caller whom{.tenant = by.tenant,
                        .tenant_name = std::move(by.tenant_name),
                        .user = *user,
                        .request_id = std::move(by.request_id),
                        .depth = by.depth};
    api->invoke(std::move(whom), command, given->get_object(), [done = std::move(done)](auto made) mutable {
        if (made) {
            // Of a deleted message there is nothing left to be seen.
            const auto* deleted = made->if_contains("deleted_at");
            return done(boost::json::object{{"may", deleted == nullptr || deleted->is_null()}});
        }
        const auto why = made.error().kind;
        if (why != fault::not_found && why != fault::forbidden && why != fault::unauthenticated)
            return done(std::unexpected(std::move(made.error())));
        done(boost::json::object{{"may", false}});
    });
}

/// A line under the plugin's own name, in the tenant of who is acted for.
void host_side::audit(plugin& me, kernel::caller by, const service_request& of, taker done) const {
    if (!has(me.says().asks, "audit/1"))
        return done(refuse(me, "audit_not_asked", "\"audit/1\" is not under asks in the manifest."));
    const auto input = parse_object(of.input, {.max_bytes = most_input});
    if (!input) return done(std::unexpected(input.error()));
    const auto action = text_in(*input, "action");
    audit_line made{.by = std::move(by),
                    .action = me.id() + "." + action,
                    .subject_kind = text_in(*input, "subject_kind"),
                    .details = {},
                    .once_a_minute = text_in(*input, "once_a_minute")};
    if (!is_word(action)) return done(invalid("action_invalid", "An action is a word: created.", "action"));
    if (!made.subject_kind.empty() && !is_word(made.subject_kind))
        return done(invalid("subject_invalid", "What kind of thing it is about is a word.", "subject_kind"));
    const auto subject = text_in(*input, "subject");
    if (const auto number = user_id::parse(subject); number) made.subject = number->value;
    auto details = audit_details_of(*input);
    if (!details) return done(std::unexpected(details.error()));
    made.details = std::move(*details);
    if (!made.once_a_minute.empty()) made.once_a_minute = me.id() + " " + made.once_a_minute;
    if (!ports_.audit) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    ports_.audit(std::move(made), [done = std::move(done)](result<void> end) mutable {
        if (!end) return done(std::unexpected(end.error()));
        done(boost::json::object{});
    });
}

/// Of messages of the tenant, whoever wrote them: the plugin must have asked for it.
void host_side::replace(plugin& me, tenant_id tenant, const service_request& of, taker done) const {
    if (!has(me.says().asks, "replace_in_data/1"))
        return done(refuse(me, "replace_not_asked", "\"replace_in_data/1\" is not under asks in the manifest."));
    const auto input = parse_object(of.input, {.max_bytes = most_input});
    if (!input) return done(std::unexpected(input.error()));
    const auto message = message_id::parse(text_in(*input, "message"));
    const auto* with = input->if_contains("with");
    kernel::data_replacement what{.message = message.value_or(message_id{}),
                                  .list = text_in(*input, "list"),
                                  .key = text_in(*input, "key"),
                                  .value = text_in(*input, "value"),
                                  .with = {}};
    if (!message || what.list.empty() || what.key.empty() || with == nullptr || !with->is_object() ||
        of.input.size() > most_replacement)
        return done(
            invalid("input_invalid", "A message, a list, a key, a value and what goes there are needed.", "with"));
    what.with = with->get_object();
    if (!ports_.replace) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    ports_.replace(tenant, std::move(what), [done = std::move(done)](result<void> end) mutable {
        if (!end) return done(std::unexpected(end.error()));
        done(boost::json::object{});
    });
}

void host_side::call_service(plugin& me, const service_request& of, answer_taker done) {
    const auto end = [&](call_end how, parley_status status, std::string code, std::string sentence) {
        done({.how = how,
              .status = status,
              .json = {},
              .code = std::move(code),
              .sentence = std::move(sentence),
              .field = {}});
    };
    const auto whom = of.caller == 0 ? std::nullopt : known_.find(me.number, of.caller);
    if (of.caller != 0 && (!whom || whom->who.tenant != of.tenant))
        return end(call_end::done, PARLEY_FORBIDDEN, "caller_over",
                   "The call for whose caller this was asked is over.");
    auto who = whom ? result<kernel::caller>(whom->who) : as_plugin(me, of.tenant);
    if (!who) return end(call_end::done, status_of(who.error().kind), who.error().code, who.error().message);
    auto generation = judging_.now();
    if (of.service == "host.providers/1") {
        const auto found = providers(me, *generation, who->tenant_name, of);
        if (!found)
            return end(call_end::done, status_of(found.error().kind), found.error().code, found.error().message);
        return done({.how = call_end::done, .status = PARLEY_OK, .json = to_text(*found)});
    }
    if (of.service == "host.may/1" || of.service == "host.audit/1" || of.service == "host.replace_in_data/1") {
        taker answered = [done = std::move(done)](result<boost::json::object> made) mutable {
            if (made) return done({.how = call_end::done, .status = PARLEY_OK, .json = to_text(*made)});
            done({.how = call_end::done,
                  .status = status_of(made.error().kind),
                  .json = {},
                  .code = made.error().code,
                  .sentence = made.error().message,
                  .field = made.error().field});
        };
        if (of.service == "host.may/1") return may(me, std::move(*who), of, std::move(answered));
        if (of.service == "host.audit/1") return audit(me, std::move(*who), of, std::move(answered));
        return replace(me, who->tenant, of, std::move(answered));
    }
    auto* to = who_serves(me, of.service);
    if (to == nullptr) {
        const auto why = refuse(me, "service_not_needed",
                                fmt::format("No plugin under needs in the manifest has the service {}.", of.service));
        return end(call_end::done, PARLEY_FORBIDDEN, why.error().code, why.error().message);
    }
    const unsigned depth = whom ? whom->depth + 1 : 1;
    if (depth > most_depth || !generation->at(who->tenant_name, of.model).is_on(*to))
        return end(call_end::done, PARLEY_UNAVAILABLE, "service_off", "The plugin that has this service is off here.");
    const auto number =
        static_cast<std::uint32_t>(std::ranges::find(to->bound.services, of.service) - to->bound.services.begin());
    call_request request{.kind = call_kind::service,
                         .number = number,
                         .name = std::string(of.service),
                         .tenant = of.tenant,
                         .tenant_name = who->tenant_name,
                         .model = std::string(of.model),
                         .user = who->user,
                         .request_id = who->request_id,
                         .input = of.input.empty() ? "{}" : std::string(of.input)};
    request.for_whom = std::move(*who);
    request.depth = depth;
    desk_.call(std::move(generation), *to, std::move(request), std::move(done));
}

void host_side::schedule(plugin& me, job_store::request what, taker done) {
    if (!has(me.says().jobs, what.job))
        return done(
            refuse(me, "job_not_declared", fmt::format("The job {} is not under jobs in the manifest.", what.job)));
    if (ports_.jobs == nullptr) return done(failure(fault::unavailable, "no_jobs", "This server runs no jobs."));
    if (const auto read = parse_object(what.input, {.max_bytes = 64 * 1024}); !read)
        return done(std::unexpected(read.error()));
    ports_.jobs->schedule(std::move(what), [done = std::move(done)](result<void> end) mutable {
        if (!end) return done(std::unexpected(end.error()));
        done(boost::json::object{});
    });
}

void host_side::committed(plugin& me) {
    if (ports_.storage != nullptr) ports_.storage->committed(me.id());
}

}  // namespace parley::plugins
