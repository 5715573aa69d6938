// Loading, offering, starting; decisions of plugins about messages that they hold.
#include "server/plugin_host.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "kernel/audit.hpp"
#include "kernel/review_message.hpp"
#include "plugins/replaceable_process.hpp"
#include "server/plugin_files.hpp"
#include "server/plugin_wiring.hpp"

namespace parley::server {
namespace {

std::vector<error> as_errors(const plugins::problems& from) {
    std::vector<error> made;
    for (const auto& one : from) made.push_back({.kind = fault::invalid, .code = "plugin_unusable", .message = one});
    return made;
}

std::unexpected<error> unusable(const plugins::problems& why) {
    return invalid("plugin_unusable", fmt::format("{}", fmt::join(why, "; ")));
}

/// Nobody but the server's own user looks into it.
result<std::filesystem::path> make_files_folder(const std::filesystem::path& data, std::string_view plugin) {
    const auto folder = plugin_files_folder(data, plugin);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    if (!failed) return folder;
    return failure(fault::unavailable, "folder_failed",
                   fmt::format("Its folder {} cannot be made: {}", folder.string(), failed.message()));
}

kernel::party party_of(std::string_view word) {
    if (word == "nobody") return kernel::party::nobody;
    return word == "admins" ? kernel::party::admins : kernel::party::members;
}

result<kernel::conversation_kind> kind_of(const plugins::kind_said& said, const permission_catalogue& known) {
    kernel::conversation_kind made{.name = said.name,
                                   .sentence = said.sentence,
                                   .made_with = {},
                                   .writes = party_of(said.writes),
                                   .adds_members = party_of(said.adds_members),
                                   .leaves = party_of(said.leaves),
                                   .removes_messages = party_of(said.removes_messages),
                                   .least_members = said.least_members,
                                   .most_members = said.most_members,
                                   .named = said.named,
                                   .listed = said.listed,
                                   .one_per_party = said.one_per_party,
                                   .view_hints = said.view_hints};
    const auto find = [&](const std::string& name) -> result<permission> {
        if (const auto found = known.find(name)) return *found;
        return invalid("permission_unknown", fmt::format("There is no permission called \"{}\".", name));
    };
    if (!said.made_with.empty()) {
        const auto needed = find(said.made_with);
        if (!needed) return std::unexpected(needed.error());
        made.made_with = *needed;
    }
    if (!said.managed_with.empty()) {
        const auto needed = find(said.managed_with);
        if (!needed) return std::unexpected(needed.error());
        made.managed_with = *needed;
    }
    return made;
}

}  // namespace

std::expected<std::unique_ptr<plugin_host>, std::vector<error>> plugin_host::load(const config::configuration& from,
                                                                                  const plugin_surroundings& near) {
    std::unique_ptr<plugin_host> made(new plugin_host(near));
    plugins::plugins_options how;
    how.isolate =
        [&from](const plugins::plugin& of) -> std::expected<std::unique_ptr<plugins::instance>, plugins::problems> {
        return std::make_unique<plugins::replaceable_process>(of.file, child_options_of(from, of));
    };
    how.load = load_choice_of(from);
    plugins::host_ports ports{.time = near.time, .ids = near.ids};
    ports.storage = &made->state_;
    ports.jobs = &made->state_;
    ports.files_folder = [data = near.data](std::string_view plugin) { return make_files_folder(data, plugin); };
    ports.find_permission = [&all = near.permissions](std::string_view name) { return all.find(name); };
    ports.decide = [self = made.get()](plugins::hold_end end, std::move_only_function<void(result<void>)> done) {
        self->decide(std::move(end), std::move(done));
    };
    ports.audit = [self = made.get()](plugins::audit_line line, std::move_only_function<void(result<void>)> done) {
        self->audit(std::move(line), std::move(done));
    };
    ports.replace = [self = made.get()](tenant_id tenant, kernel::data_replacement what,
                                        std::move_only_function<void(result<void>)> done) {
        self->replace(tenant, std::move(what), std::move(done));
    };
    auto loaded = plugins::plugins::load(how, std::move(ports));
    if (!loaded) return std::unexpected(as_errors(loaded.error()));
    made->all_ = std::move(*loaded);
    if (const auto wrong = made->all_->apply(choices_of(from, made->all_->all())); !wrong.empty())
        return std::unexpected(as_errors(wrong));
    return made;
}

std::vector<error> plugin_host::declare(permission_catalogue& in) {
    std::vector<error> wrong;
    for (const auto& one : all_->all())
        for (const auto& said : one->says().permissions) {
            const auto added =
                in.add({.name = said.name, .sentence = said.sentence, .roles = {said.roles.begin(), said.roles.end()}});
            if (added) continue;
            wrong.push_back(added.error());
            wrong.back().message =
                fmt::format("The permission {} of the plugin {}: {}", said.name, one->id(), added.error().message);
        }
    return wrong;
}

std::vector<error> plugin_host::declare(kernel::kind_registry& in) {
    std::vector<error> wrong;
    for (const auto& one : all_->all())
        for (const auto& said : one->says().kinds) {
            auto made = kind_of(said, near_.permissions);
            if (made) {
                made->is_on = [this, of = one.get()](std::string_view tenant) {
                    return all_->now()->is_on(tenant, *of);
                };
                if (auto added = in.add(std::move(*made)); !added) made = std::unexpected(added.error());
            }
            if (made) continue;
            wrong.push_back(made.error());
            wrong.back().message = fmt::format("The kind of conversation {} of the plugin {}: {}", said.name, one->id(),
                                               made.error().message);
        }
    return wrong;
}

std::vector<error> plugin_host::offer(transport::operation_catalogue& to) {
    std::vector<error> wrong;
    const auto find = [this](std::string_view name) { return near_.permissions.find(name); };
    for (auto& one : all_->commands())
        if (auto added = to.add(std::move(one), find); !added) wrong.push_back(added.error());
    for (const auto& one : all_->all())
        for (const auto& said : one->says().says) {
            auto added = to.add({.plugin = one->id(),
                                 .type = said.type,
                                 .sentence = said.sentence,
                                 .schema = said.data,
                                 .is_on = [&all = *all_, which = one.get()](std::string_view tenant) {
                                     return all.now()->is_on(tenant, *which);
                                 }});
            if (!added) wrong.push_back(added.error());
        }
    return wrong;
}

void plugin_host::start(const kernel::environment& env, transport::services& with) {
    env_ = &env;
    pace_ = &with.pace;
    api_.emplace(with);
    meet_tenants();
    all_->start(*api_);
    state_.start(env, *all_);
}

void plugin_host::stop() {
    state_.stop();
    all_->stop();
}

void plugin_host::operate(const boost::json::object& asked,
                          std::move_only_function<void(result<boost::json::object>)> done) {
    constexpr std::chrono::hours longest{24};
    const auto text = [&](std::string_view name) {
        const auto* found = asked.if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    plugins::errand what{
        .plugin = {}, .name = text("command"), .tenant = {}, .tenant_name = text("tenant"), .model = {}};
    what.patience = longest;
    if (const auto* input = asked.if_contains("input"); input != nullptr && input->is_object())
        what.input = to_text(*input);
    const auto shared = std::make_shared<decltype(done)>(std::move(done));
    near_.store.with_directory(
        [this, shared, what](kernel::directory& in) mutable {
            const auto tenant = in.find_tenant(what.tenant_name);
            if (!tenant) return (*shared)(failure(fault::not_found, "no_tenant", "There is no such tenant."));
            what.tenant = tenant->id;
            log::info("the operator runs a command of a plugin",
                      {{"command", what.name}, {"tenant", what.tenant_name}, {"input", what.input}});
            all_->operate(std::move(what), [shared](const plugins::answer& said) {
                if (said.how == plugins::call_end::not_asked)
                    return (*shared)(failure(fault::not_found, "not_here",
                                             "No plugin that is on in this tenant lets the operator run that."));
                (*shared)(plugins::result_of(said));
            });
        },
        [shared](const error& why) { (*shared)(std::unexpected(why)); });
}

result<reloader::following> plugin_host::follow(const config::configuration& next, reloader::intent wanted) {
    auto made = all_->prepare(choices_of(next, all_->all()));
    if (!made) return unusable(made.error());
    if (wanted == reloader::intent::settings_alone)
        return reloader::following{.apply = [this, apply = std::move(*made)]() mutable {
            apply();
            state_.look();
        }};
    auto changed = all_->look_at_files();
    if (!changed) return unusable(changed.error());
    if (wanted == reloader::intent::reload)
        if (const auto wrong = changed->begin(all_->rows()); !wrong.empty()) return unusable(wrong);
    reloader::following follow;
    for (auto& one : changed->all()) follow.plugins.push_back({one.plugin, one.before, one.after, one.needs_restart});
    follow.apply = [this, apply = std::move(*made), turn = std::move(*changed)]() mutable {
        apply();
        turn.take();
        state_.look();
    };
    return follow;
}

void plugin_host::measure(metrics::exposition& to) const {
    write_plugins(to, *all_);
    state_.measure(to);
}

void plugin_host::meet_tenants() {
    if (all_->all().empty()) return;
    near_.store.with_directory(
        [this](kernel::directory& in) {
            for (const auto& one : in.tenants()) all_->know_tenant(one.id, one.name);
        },
        [](const error& why) { log::warning("the tenants could not be read", {{"code", why.code}}); });
}

void plugin_host::decide(plugins::hold_end end, std::move_only_function<void(result<void>)> done) {
    if (env_ == nullptr) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    const kernel::hold_decision decision{.says = end.says == plugins::hold_end::verdict::pass
                                                     ? kernel::hold_decision::verdict::pass
                                                     : kernel::hold_decision::verdict::reject,
                                         .reason = std::move(end.reason)};
    const auto refused = std::make_shared<std::optional<error>>();
    near_.store.write({.tenant = end.tenant,
                       .author = {},
                       .client_key = {},
                       .apply =
                           [this, refused, decision, holder = end.plugin, message = end.message](kernel::writing& to) {
                               const auto made = kernel::decide_held(*env_, to, holder, message, decision);
                               *refused = made ? std::nullopt : std::optional(made.error());
                               return made.has_value();
                           },
                       .finish =
                           [refused, done = std::move(done)](const std::optional<error>& why) mutable {
                               if (why) return done(std::unexpected(*why));
                               if (*refused) return done(std::unexpected(**refused));
                               done({});
                           }});
}

void plugin_host::audit(plugins::audit_line line, std::move_only_function<void(result<void>)> done) {
    if (env_ == nullptr) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    const auto tenant = line.by.tenant;
    const auto key = fmt::format("p {} {}", tenant.value, line.once_a_minute);
    if (!line.once_a_minute.empty() && !pace_->admit(key)) return done({});
    near_.store.write({.tenant = tenant,
                       .author = {},
                       .client_key = {},
                       .apply =
                           [this, line = std::move(line)](kernel::writing& to) {
                               kernel::record(*env_, to, line.by,
                                              {.action = line.action,
                                               .subject_kind = line.subject_kind,
                                               .subject = line.subject,
                                               .details = line.details});
                               return true;
                           },
                       .finish =
                           [done = std::move(done)](const std::optional<error>& why) mutable {
                               if (why) return done(std::unexpected(*why));
                               done({});
                           }});
}

void plugin_host::replace(tenant_id tenant, kernel::data_replacement what,
                          std::move_only_function<void(result<void>)> done) {
    if (env_ == nullptr) return done(failure(fault::unavailable, "not_started", "The server has not started yet."));
    near_.store.write({.tenant = tenant,
                       .author = {},
                       .client_key = {},
                       .apply = [this, what = std::move(what)](
                                    kernel::writing& to) { return kernel::replace_in_data(*env_, to, what); },
                       .finish =
                           [done = std::move(done)](const std::optional<error>& why) mutable {
                               if (why) return done(std::unexpected(*why));
                               done({});
                           }});
}

}  // namespace parley::server
