// parley config: what is set, by whom, and whether it is right.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ostream>

#include "config/explain.hpp"
#include "config/reference.hpp"
#include "server/cli_commands.hpp"
#include "server/plugin_sections.hpp"
#include "server/tls_identity.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

json::object as_json(const config::problem& one) {
    return {{"file", one.file},
            {"line", one.line},
            {"column", one.column},
            {"setting", one.path},
            {"message", one.message}};
}

json::object as_json(const config::explanation& one) {
    return {{"setting", one.path},    {"value", one.value},      {"set_by", one.place()}, {"meaning", one.description},
            {"allowed", one.allowed}, {"default", one.fallback}, {"live", one.live}};
}

outcome check_as_json(const command_context& with) {
    const auto loaded = load_with_plugins(with.config, with.variables);
    json::array problems;
    if (!loaded)
        for (const auto& one : loaded.error()) problems.push_back(as_json(one));
    with.print_json(json::object{{"valid", loaded.has_value()}, {"problems", problems}});
    return loaded ? outcome::done : outcome::unusable;
}

}  // namespace

outcome config_check(const command_context& with) {
    if (with.lists == listing::json) return check_as_json(with);
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    if (const auto tls = tls_of(**configured); !tls) return with.fail(tls.error());
    for (const auto& one : (*configured)->passed_over) with.hint(one.text() + "; it is passed over.");
    for (const auto& one : tls_warnings(**configured, system_clock().now())) with.hint(one + ".");
    with.out << fmt::format("The configuration is valid; tenants with a file: {}.\n", (*configured)->tenants.size());
    return outcome::done;
}

outcome config_explain(const command_context& with, const std::string& scope, const std::string& path) {
    const auto configured = load_configuration(with);
    if (!configured) return configured.error();
    const auto found = config::explain(**configured, scope, path);
    if (!found) return with.misuse(found.error().message);
    if (with.lists == listing::json) {
        json::array all;
        for (const auto& one : *found) all.push_back(as_json(one));
        with.print_json(all);
        return outcome::done;
    }
    std::string_view between;
    for (const auto& one : *found) {
        with.out << between << one.text();
        between = "\n";
    }
    return outcome::done;
}

outcome config_reference(const command_context& with) {
    // With the sections of the plugins that the configuration loads; a faulty one is no reason to explain nothing.
    const auto loaded = load_with_plugins(with.config, with.variables);
    with.out << config::settings_reference(loaded ? *(*loaded)->known : config::kernel_schema());
    return outcome::done;
}

}  // namespace parley::server
