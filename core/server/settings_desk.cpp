// Each thing that can be wrong with a wish before its text is made, the text, and the answer.
#include "server/settings_desk.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "config/checks.hpp"
#include "config/json_schema.hpp"
#include "config/nearest.hpp"
#include "config/read_file.hpp"
#include "config/read_yaml.hpp"
#include "server/settings_audit.hpp"
#include "server/whole_file.hpp"

namespace parley::server {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

using transport::settings_wish;

constexpr std::size_t most_waiting = 16;
constexpr std::size_t revision_digits = 16;
constexpr mode_t readable = 0644;
constexpr std::string_view in_changes = "changes.";
constexpr std::string_view in_plugins = "plugins.";

std::string_view text_that_runs(const config::configuration& of, std::string_view tenant, std::string_view model) {
    const auto* source = of.sources ? config::form_source(*of.sources, tenant, model) : nullptr;
    return source == nullptr ? std::string_view() : std::string_view(source->text);
}

std::string revision_of(std::string_view text) { return token_digest(text).substr(0, revision_digits); }

/// "messages.max_bytes" as a member of the request.
std::string member(std::string_view of, std::string_view name) { return std::string(of) + config::printable(name); }

error unknown_setting(const config::known_settings& known, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& [path, of] : known) names.push_back(path);
    const auto meant = config::nearest(name, names);
    return {fault::invalid, "setting_unknown",
            fmt::format("There is no setting {} here{}.", config::printable(name),
                        meant ? fmt::format("; is {} meant?", *meant) : std::string()),
            member(in_changes, name)};
}

bool is_writable_text(const json::value& of) {
    if (const auto* text = of.if_string()) return config::first_bad_byte(*text) == std::string_view::npos;
    if (const auto* list = of.if_array()) return std::ranges::all_of(*list, is_writable_text);
    return !of.is_object();
}

result<void> check_setting(const config::configuration& of, const config::known_settings& known, std::string_view name,
                           const json::value& value) {
    const auto found = known.find(name);
    if (found == known.end()) return std::unexpected(unknown_setting(known, name));
    if (const auto why = config::kept_from_forms(of.server.plugins, *of.known, *found->second))
        return failure(fault::forbidden, "setting_kept", fmt::format("{} {}.", name, *why), member(in_changes, name));
    if (!is_writable_text(value))
        return invalid("setting_invalid",
                       fmt::format("{} has a control character, a mark that turns the direction of text, or a value "
                                   "of a kind that no setting has.",
                                   name),
                       member(in_changes, name));
    return {};
}

result<void> check_switch(const config::configuration& of, std::string_view id, const json::value& value) {
    const auto field = member(in_plugins, id);
    if (of.known->plugin(id) == nullptr)
        return invalid("plugin_unknown", fmt::format("There is no plugin {} here.", config::printable(id)), field);
    if (const auto why = config::kept_from_forms(of.server.plugins, *of.known, id))
        return failure(fault::forbidden, "setting_kept", fmt::format("Whether {} is on {}.", id, *why), field);
    if (!value.is_bool() && !value.is_null())
        return invalid("field_type", "A plugin is switched with true, false or null.", field);
    return {};
}

result<void> check_wish(const config::configuration& of, const settings_wish& wish) {
    if (!config::is_name(wish.tenant))
        return failure(fault::not_found, "tenant_unknown", "There is no tenant of this name.");
    if (!wish.model.empty() && !of.from.models.contains(fmt::format("{}/{}", wish.tenant, wish.model)))
        return failure(fault::not_found, "model_unknown", "This model has no settings of its own.", "model");
    if (wish.changes.empty() && wish.plugins.empty())
        return invalid("nothing_to_change", "Neither \"changes\" nor \"plugins\" says what is to change.", "changes");
    const auto known = of.known->known_to(wish.model.empty() ? config::level::tenant : config::level::model);
    for (const auto& [name, value] : wish.changes)
        if (auto good = check_setting(of, known, name, value); !good) return good;
    for (const auto& [id, value] : wish.plugins)
        if (auto good = check_switch(of, id, value); !good) return good;
    return {};
}

/// What lies on the disk must be what runs: nobody's lines are to vanish, and none to come into force unasked.
result<void> check_unchanged(const config::configuration& of, std::string_view tenant, std::string_view model) {
    const auto file = config::form_file(tenant, model);
    const auto path = of.file.parent_path() / file;
    std::error_code ignored;
    const bool there = fs::exists(fs::symlink_status(path, ignored));
    const auto on_disk = there ? config::read_file(path, config::yaml_limits::bytes)
                               : std::expected<std::string, std::string>(std::string());
    if (on_disk && *on_disk == text_that_runs(of, tenant, model)) return {};
    return failure(fault::conflict, "settings_edited",
                   fmt::format("{} was edited and is not loaded; the operator does that with parley config reload.",
                               file.generic_string()));
}

/// YAML that says something else than what was wanted must not be written, whatever made it so.
result<void> check_text(const std::string& text, const json::object& changes) {
    config::problem_list problems;
    const auto read = config::read_yaml(text, std::make_shared<const std::string>("forms"), problems);
    for (const auto& [name, value] : changes) {
        if (value.is_null()) continue;
        const auto* found = read ? read->find(name) : nullptr;
        if (!problems.empty() || found == nullptr || config::json_of(*found) != value)
            return invalid("setting_invalid", fmt::format("{} has a value that cannot be written.", std::string(name)),
                           member(in_changes, name));
    }
    return {};
}

result<void> write_down(const fs::path& base, const fs::path& file, const std::string& text) {
    const auto failed = write_lasting_file(base, file, text, readable);
    if (!failed) return {};
    return failure(
        fault::unavailable, "settings_unwritable",
        fmt::format("{} cannot be written: {}. Nothing has changed.", file.generic_string(), failed.message()));
}

/// Without the number of an item.
std::string_view name_of(const config::problem& one) {
    return std::string_view(one.path).substr(0, one.path.find('['));
}

/// What plugins' settings are every tenant may know, and its own anyhow; of the kernel's on the server nothing.
bool may_be_told(const config::configuration& of, const config::problem& one) {
    const auto* known = of.known->find(name_of(one));
    if (known == nullptr || known->secret) return false;
    return known->lowest != config::level::server ||
           of.known->plugin(config::split_first(known->path).first) != nullptr;
}

json::array switches_of(const config::plan& of, std::string_view tenant) {
    const auto own = fmt::format("tenant/{}", tenant);
    const auto models = own + "/model/";
    json::array made;
    for (const auto& one : of.switches) {
        const std::string_view scope = one.scope;
        if (scope != own && !scope.starts_with(models)) continue;
        json::object shown{{"plugin", one.plugin}, {"on", one.on}};
        shown["model"] = scope == own ? json::value(nullptr) : json::value(scope.substr(models.size()));
        made.push_back(std::move(shown));
    }
    return made;
}

json::array with_models(json::array changes) {
    for (auto& one : changes) one.as_object().emplace("model", nullptr);
    return changes;
}

}  // namespace

std::string form_revision(const config::configuration& of, std::string_view tenant, std::string_view model) {
    return revision_of(text_that_runs(of, tenant, model));
}

std::string why_no_forms(const config::configuration& of) {
    if (!of.server.plugins.forms) return "The operator of this server keeps settings to himself.";
    const auto base = of.file.parent_path();
    const auto folder = base / config::forms_folder;
    std::error_code failed;
    const auto there = fs::status(folder, failed).type();
    const auto& written = there == fs::file_type::not_found ? base : folder;
    if (fs::is_directory(written, failed) && ::access(written.empty() ? "." : written.c_str(), W_OK | X_OK) == 0)
        return {};
    return fmt::format("The server cannot write into the folder {} beside its configuration.", config::forms_folder);
}

json::object forms_of(const config::configuration& of, std::string_view tenant, std::string_view model) {
    const auto why = why_no_forms(of);
    return {{"writable", why.empty()},
            {"why_not", why},
            {"file", config::form_file(tenant, model).generic_string()},
            {"revision", form_revision(of, tenant, model)}};
}

result<reloader::proposal> propose(const config::configuration& running, const settings_wish& wish) {
    if (auto good = check_wish(running, wish); !good) return std::unexpected(good.error());
    if (wish.revision != form_revision(running, wish.tenant, wish.model))
        return failure(fault::conflict, "settings_changed",
                       "Somebody else has changed these settings since; look at them again.", "revision");
    return propose_form(running, wish.tenant, wish.model, {wish.changes, wish.plugins});
}

result<reloader::proposal> propose_form(const config::configuration& running, std::string_view tenant,
                                        std::string_view model, const config::form_wish& wish) {
    if (auto good = check_unchanged(running, tenant, model); !good) return std::unexpected(good.error());
    auto text = config::form_text(text_that_runs(running, tenant, model), wish);
    if (auto good = check_text(text, wish.settings); !good) return std::unexpected(good.error());
    auto next = std::make_shared<config::source_set>(*running.sources);
    config::put_form_source(*next, tenant, model, text);
    const auto file = config::form_file(tenant, model);
    const auto base = running.file.parent_path();
    reloader::proposal made{.sources = std::move(next),
                            .keep = [base, file, text = std::move(text)] { return write_down(base, file, text); }};
    made.is_about = [name = (base / file).string(), changes = wish.settings](const config::problem& one) {
        const auto* const said = changes.if_contains(name_of(one));
        return one.file == config::printable(name) && said != nullptr && !said->is_null();
    };
    return made;
}

error told_of(const config::configuration& running, const settings_wish& wish,
              const std::vector<config::problem>& problems) {
    for (const auto& one : problems)
        if (may_be_told(running, one))
            return {fault::invalid, "setting_invalid", fmt::format("{}: {}.", one.path, one.message),
                    wish.changes.contains(name_of(one)) ? member(in_changes, name_of(one)) : std::string()};
    for (const auto& one : problems) log::error("settings from a form cannot be taken", {{"why", one.text()}});
    return {fault::unavailable,
            "configuration_unusable",
            "Something else keeps the configuration from being taken; the server's log says what.",
            {}};
}

settings_desk::settings_desk(const config_settings& in_force, change_by change, tell_of tell)
    : in_force_(in_force), change_(std::move(change)), tell_(std::move(tell)), work_(1, most_waiting) {}

void settings_desk::change(settings_wish wish, transport::settings_answer answer) {
    work_.run([this, wish = std::move(wish), answer = std::move(answer)](bool busy) mutable {
        if (busy) return answer(failure(fault::unavailable, "settings_busy", "Other changes wait; try again."));
        run(std::move(wish), std::move(answer));
    });
}

void settings_desk::run(settings_wish wish, transport::settings_answer answer) {
    auto revision = wish.revision;
    const auto look = [&wish, &revision](const config::configuration& running) {
        auto made = propose(running, wish);
        if (made && !wish.dry_run)
            revision = revision_of(config::form_source(*made->sources, wish.tenant, wish.model)->text);
        return made;
    };
    const auto intent = wish.dry_run ? reloader::intent::preview : reloader::intent::settings_alone;
    const auto made = change_(
        look, intent, {.by = reload_asker::way::form, .address = wish.by.address, .request_id = wish.by.request_id});
    if (!made) return answer(std::unexpected(made.error()));
    if (!made->applied()) return answer(std::unexpected(told_of(*in_force_.now(), wish, made->problems)));
    auto changes = changes_for(wish.tenant, made->changes, {});
    json::object body{{"changes", with_models(changes)},
                      {"plugins", switches_of(made->changes, wish.tenant)},
                      {"applied", !wish.dry_run},
                      {"generation", made->generation},
                      {"revision", revision}};
    if (wish.dry_run) return answer(std::move(body));
    tell_(wish.by, std::move(changes), made->generation,
          [answer = std::move(answer), body = std::move(body)]() mutable { answer(std::move(body)); });
}

}  // namespace parley::server
