// Which change concerns whom, and one small write for each tenant.
#include "server/settings_audit.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/log.hpp"
#include "kernel/audit.hpp"

namespace parley::server {
namespace json = boost::json;
namespace {

constexpr std::size_t most_listed = 50;
constexpr std::string_view defaults = "tenant_defaults.";

json::object shown(const config::change& one, std::string_view path, std::string_view model) {
    json::object made{{"setting", path}};
    if (!model.empty()) made["model"] = model;
    made["from"] = one.secret ? std::string_view("a secret") : std::string_view(one.before);
    made["to"] = one.secret ? std::string_view("a secret") : std::string_view(one.after);
    return made;
}

kernel::caller on_behalf_of(const tenant& of, const reload_asker& who) {
    return {.tenant = of.id, .tenant_name = of.name, .user = {}, .request_id = who.request_id, .address = who.address};
}

void tell(
    kernel::store& to, const kernel::environment& env, kernel::caller by, json::object details,
    std::move_only_function<void()> then = [] {}) {
    to.write({.tenant = by.tenant,
              .author = {},
              .client_key = {},
              .apply =
                  [&env, by, details = std::move(details)](kernel::writing& w) {
                      kernel::record(env, w, by, {.action = "settings.changed", .details = details});
                      return true;
                  },
              .finish =
                  [name = by.tenant_name, then = std::move(then)](const std::optional<error>& why) mutable {
                      if (why)
                          log::warning("a change of settings is not in the audit log",
                                       {{"tenant", name}, {"code", why->code}});
                      then();
                  }});
}

json::object details_of(std::string_view by, std::uint64_t generation, json::array changes) {
    json::object details{{"by", by}, {"generation", generation}};
    if (changes.size() > most_listed) {
        details["more"] = changes.size() - most_listed;
        changes.resize(most_listed);
    }
    details["changes"] = std::move(changes);
    return details;
}

}  // namespace

json::array changes_for(std::string_view tenant, const config::plan& of, const config::listed_values& its_own) {
    const auto own_scope = fmt::format("tenant/{}", tenant);
    const auto models = own_scope + "/model/";
    json::array found;
    for (const auto& one : of.changes) {
        if (one.takes_effect != config::effect::live) continue;
        const std::string_view path = one.path;
        const std::string_view scope = one.scope;
        if (scope == own_scope) found.push_back(shown(one, path, {}));
        if (scope.starts_with(models)) found.push_back(shown(one, path, scope.substr(models.size())));
        if (scope != "server" || !path.starts_with(defaults)) continue;
        if (!its_own.contains(path.substr(defaults.size())))
            found.push_back(shown(one, path.substr(defaults.size()), {}));
    }
    return found;
}

void tell_tenants(kernel::store& to, const kernel::environment& env, const config::configuration& in_force,
                  const reload_outcome& made, const reload_asker& who) {
    if (!made.applied() || made.changes.empty()) return;
    auto own = std::make_shared<const config::inventory>(config::take_inventory(in_force));
    to.with_directory(
        [&to, &env, own, plan = made.changes, generation = made.generation, who](kernel::directory& all) {
            static const config::listed_values nothing;
            for (const auto& one : all.tenants()) {
                const auto file = own->find("tenant/" + one.name);
                auto changes = changes_for(one.name, plan, file == own->end() ? nothing : file->second);
                if (changes.empty()) continue;
                tell(to, env, on_behalf_of(one, who), details_of(name_of(who.by), generation, std::move(changes)));
            }
        },
        [](const error& why) { log::warning("a change of settings is not in the audit logs", {{"code", why.code}}); });
}

void tell_tenant(kernel::store& to, const kernel::environment& env, const kernel::caller& by, json::array changes,
                 std::uint64_t generation, std::move_only_function<void()> then) {
    tell(to, env, by, details_of(name_of(reload_asker::way::form), generation, std::move(changes)), std::move(then));
}

}  // namespace parley::server
