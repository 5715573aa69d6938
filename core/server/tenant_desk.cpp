// A tenant is settings, then a row, then people. The settings are taken back when the rest fails, and a row without
// people counts as no tenant yet: so what broke off in between can be asked for again.
#include "server/tenant_desk.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "kernel/accounts.hpp"
#include "kernel/passwords.hpp"
#include "server/operator_answers.hpp"
#include "server/settings_desk.hpp"
#include "server/wait_for_store.hpp"
#include "transport/problem.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

using transport::http_request;
using transport::http_response;

constexpr std::string_view tenants_path = "/api/v1/operator/tenants";
constexpr kernel::tenant_sizes nothing_yet{};

std::string_view name_in(std::string_view path) {
    return path.size() > tenants_path.size() ? path.substr(tenants_path.size() + 1) : std::string_view();
}

result<std::optional<tenant>> find_row(kernel::store& in, const std::string& name) {
    return look_up_now(in,
                       [name](kernel::directory& all) { return result<std::optional<tenant>>(all.find_tenant(name)); });
}

bool has_people(kernel::reading& from) { return !from.list_users({}, {}, 1).empty(); }

std::unexpected<error> exists() {
    return failure(fault::conflict, "tenant_exists", "There is a tenant of this name already.", "name");
}

json::object shown(const config::configuration& of, const tenant& one, const kernel::tenant_sizes& has) {
    const auto& settings = of.tenant(one.name);
    return {{"name", one.name},
            {"display_name", settings.display_name.empty() ? one.name : settings.display_name},
            {"hosts", json::array(settings.hosts.begin(), settings.hosts.end())},
            {"enabled", settings.enabled},
            {"created_at", rfc3339(one.created_at)},
            {"configured", of.tenants.contains(one.name)},
            {"users", has.users},
            {"conversations", has.conversations},
            {"messages", has.messages}};
}

reloader::intent intent_of(const tenant_wish& wanted) {
    return wanted.dry_run ? reloader::intent::preview : reloader::intent::settings_alone;
}

http_response answered(int status, const json::object& body) {
    return {.status = status, .headers = {}, .body = to_text(body)};
}

json::object begun(const tenant_wish& wanted) {
    json::object body{{"applied", !wanted.dry_run}};
    if (!wanted.ignored.empty()) body["ignored"] = wanted.ignored;
    return body;
}

}  // namespace

bool tenant_desk::takes(std::string_view path) {
    return path == tenants_path || (path.starts_with(tenants_path) && path[tenants_path.size()] == '/');
}

result<json::object> tenant_desk::list() const {
    using rows = std::vector<std::pair<tenant, kernel::tenant_sizes>>;
    const auto all = look_up_now(with_.store, [](kernel::directory& from) {
        const auto sizes = from.sizes();
        rows made;
        for (auto& one : from.tenants()) {
            const auto found = sizes.find(one.id);
            made.emplace_back(std::move(one), found == sizes.end() ? nothing_yet : found->second);
        }
        return result<rows>(std::move(made));
    });
    if (!all) return std::unexpected(all.error());
    const auto configured = with_.in_force.now();
    json::array with_rows;
    for (const auto& [one, has] : *all) with_rows.push_back(shown(*configured, one, has));
    json::array only_configured;
    for (const auto& [name, ignored] : configured->tenants)
        if (std::ranges::none_of(*all, [&](const auto& one) { return one.first.name == name; }))
            only_configured.emplace_back(name);
    return json::object{{"tenants", std::move(with_rows)}, {"only_configured", std::move(only_configured)}};
}

result<reload_outcome> tenant_desk::put(const tenant_wish& wanted, reloader::intent intent,
                                        const reload_asker& who) const {
    const auto propose = [&](const config::configuration& running) {
        return propose_form(running, wanted.name, "", {wanted.settings, {}});
    };
    return with_.change(propose, intent, who);
}

/// What the operator's own file says of them holds again.
void tenant_desk::take_back(const tenant_wish& wanted, const reload_asker& who) const {
    if (wanted.settings.empty()) return;
    auto without = wanted;
    for (auto& [name, value] : without.settings) value = nullptr;
    const auto made = put(without, reloader::intent::settings_alone, who);
    if (made && made->applied()) return;
    log::warning("the settings of a tenant that could not be made are still there", {{"tenant", wanted.name}});
}

result<void> tenant_desk::check_new(const tenant_wish& wanted) const {
    if (auto good = check_administrator(wanted); !good) return good;
    const auto row = find_row(with_.store, wanted.name);
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    const auto inhabited =
        read_now(with_.store, (*row)->id, [](kernel::reading& from) { return result<bool>(has_people(from)); });
    if (!inhabited) return std::unexpected(inhabited.error());
    return *inhabited ? exists() : result<void>{};
}

/// The row, and then in one transaction the first account with a way to a password.
result<json::object> tenant_desk::settle(const tenant_wish& wanted, const http_request& request) const {
    const auto& env = with_.env;
    const tenant fresh{.id = env.ids.next<tenant_id>(), .name = wanted.name, .created_at = env.time.now()};
    const auto row = look_up_now(with_.store, [fresh](kernel::directory& all) {
        if (auto found = all.find_tenant(fresh.name)) return result<tenant>(std::move(*found));
        all.insert(fresh);
        return result<tenant>(fresh);
    });
    if (!row) return std::unexpected(row.error());
    const kernel::caller system{.tenant = row->id,
                                .tenant_name = row->name,
                                .user = {},
                                .request_id = request.request_id,
                                .address = request.remote};
    const kernel::create_user_command first{.username = wanted.administrator,
                                            .display_name = wanted.administrator_name,
                                            .role = "admin",
                                            .password_hash = {}};
    auto administrator =
        write_now(with_.store, row->id, [&env, system, first](kernel::writing& w) -> result<json::object> {
            // Somebody else, on another server perhaps, may have been faster.
            if (has_people(w)) return exists();
            const auto who = kernel::create_user(env, w, system, first);
            if (!who) return std::unexpected(who.error());
            const auto link = kernel::make_reset_link(env, w, system, who->id);
            if (!link) return std::unexpected(link.error());
            return json::object{
                {"username", who->username}, {"code", link->token}, {"expires_at", rfc3339(link->expires_at)}};
        });
    if (!administrator) return std::unexpected(administrator.error());
    log::info("tenant made", {{"tenant", row->name}, {"remote", request.remote}, {"request", request.request_id}});
    auto look = shown(*with_.in_force.now(), *row, {.users = 1, .conversations = 1, .messages = 0});
    return json::object{{"tenant", std::move(look)}, {"administrator", std::move(*administrator)}};
}

http_response tenant_desk::create(const http_request& request, const tenant_wish& wanted) {
    const auto refuse = [&](const error& why) { return transport::problem(why, request.request_id); };
    if (const auto good = check_new(wanted); !good) return refuse(good.error());
    auto body = begun(wanted);
    const auto who = asker_of(request);
    std::optional<reload_outcome> said;
    if (!wanted.settings.empty()) {
        auto made = put(wanted, intent_of(wanted), who);
        if (!made) return refuse(made.error());
        if (!made->applied()) return problems_of(*made, request.request_id);
        body["plan"] = config::to_json(made->changes);
        said = std::move(*made);
    }
    if (wanted.dry_run) return answered(200, body);
    auto settled = settle(wanted, request);
    if (!settled) {
        take_back(wanted, who);
        return refuse(settled.error());
    }
    if (said) with_.changed(*said, who);
    for (auto& [name, value] : *settled) body[name] = std::move(value);
    return answered(201, body);
}

http_response tenant_desk::change(const http_request& request, const tenant_wish& wanted) {
    const auto refuse = [&](const error& why) { return transport::problem(why, request.request_id); };
    const auto row = find_row(with_.store, wanted.name);
    if (!row) return refuse(row.error());
    if (!*row) return refuse({fault::not_found, "tenant_unknown", "There is no tenant of this name.", "name"});
    if (wanted.settings.empty())
        return refuse({fault::invalid, "nothing_to_change", "Say hosts, display_name or enabled.", "enabled"});
    const auto who = asker_of(request);
    const auto made = put(wanted, intent_of(wanted), who);
    if (!made) return refuse(made.error());
    if (!made->applied()) return problems_of(*made, request.request_id);
    if (!wanted.dry_run) with_.changed(*made, who);
    auto body = begun(wanted);
    body["plan"] = config::to_json(made->changes);
    body["enabled"] = with_.in_force.now()->tenant(wanted.name).enabled;
    return answered(200, body);
}

http_response tenant_desk::answer(const http_request& request) {
    const auto name = name_in(request.path());
    const bool is_one = request.path().size() > tenants_path.size();
    if (!is_one && request.method == "GET") {
        const auto all = list();
        return all ? answered(200, *all) : transport::problem(all.error(), request.request_id);
    }
    if (request.method != (is_one ? "PATCH" : "POST"))
        return method_not_allowed(request, is_one ? "PATCH" : "GET, POST");
    if (!transport::says_json(request)) return not_json(request);
    const auto wanted = read_tenant_wish(request, is_one ? std::optional(name) : std::nullopt);
    if (!wanted) return transport::problem(wanted.error(), request.request_id);
    return is_one ? change(request, *wanted) : create(request, *wanted);
}

}  // namespace parley::server
