// YAML as operators and forms write it: whatever is in it, what is accepted is within bounds, and what is refused is
// said where.
#include <memory>

#include "base/text.hpp"
#include "config/checks.hpp"
#include "config/explain.hpp"
#include "config/load.hpp"
#include "config/node.hpp"
#include "config/read_yaml.hpp"
#include "fuzz/fuzz.hpp"

namespace parley::fuzz {
namespace {

config::source_text named(const char* name, std::string_view text) {
    return {std::make_shared<const std::string>(name), std::string(text)};
}

void check(const message_settings& of) {
    expect(of.max_bytes >= 256 && of.max_bytes <= 1048576, "messages have a length");
    expect(of.max_graphemes >= 1 && of.max_graphemes <= 100000, "messages have so many characters");
}

void check(const config::configuration& of) {
    expect(!config::broken_rule("address", of.server.server.address), "addresses are addresses");
    expect(!config::broken_rule("database_url", of.server.database.url), "databases are named");
    for (const auto& one : of.server.server.trusted_proxies) expect(!config::broken_rule("network", one), "networks");
    check(of.tenant_defaults.messages);
    for (const auto& [name, tenant] : of.tenants) {
        check(tenant.messages);
        for (const auto& host : tenant.hosts) expect(!config::broken_rule("host", host), "hosts are hosts");
    }
    for (const auto* scope : {"server", "tenant/acme", "tenant/acme/model/desk"}) {
        const auto all = config::explain(of, scope, "");
        expect(all.has_value(), "what is in force can be explained");
        for (const auto& one : *all) expect(is_utf8(one.text()), "explanations are text");
    }
}

}  // namespace

/// The first byte: which file it is.
void configuration(std::string_view input) {
    food from(input);
    const auto where = from.byte() % 3;
    config::source_set sources;
    sources.file = "parley.yaml";
    sources.folder = "/nowhere";
    sources.server = named("parley.yaml", where == 0 ? from.rest() : "");
    auto& acme = sources.tenants["acme"];
    acme.tenant = named("acme.yaml", where == 1 ? from.rest() : "");
    acme.models["desk"] = named("desk.yaml", where == 2 ? from.rest() : "");
    const auto outcome = config::compose(sources, {});
    if (outcome) return check(**outcome);
    expect(!outcome.error().empty(), "a refusal says why");
    for (const auto& one : outcome.error()) expect(is_utf8(one.text()), "problems are text");
}

}  // namespace parley::fuzz
