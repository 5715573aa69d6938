// Damaged configurations: no crash, and what is accepted is within bounds.
#include <gtest/gtest.h>

#include <random>

#include "config/checks.hpp"
#include "config/explain.hpp"
#include "config/load.hpp"

namespace parley::config {
namespace {

constexpr std::string_view server_text =
    "server:\n  address: 127.0.0.1\n  port: 8080\n  trusted_proxies: [10.0.0.0/8, '::1']\n"
    "database: {url: \"sqlite:parley.db\", readers: 4, sqlite_synchronous: full}\n"
    "log:\n  level: info   # a comment\nwebsocket: {idle_timeout_seconds: 25, compression: true}\n"
    "tenant_defaults:\n  messages:\n    max_bytes: 4000\n";
constexpr std::string_view tenant_text =
    "display_name: >\n  Folded\n  name\nhosts:\n  - acme.example\n  - \"[::1]\"\nmessages: {edit_window_seconds: -1}\n";
constexpr std::string_view model_text = "description: |\n  Lines\nmessages:\n  max_graphemes: 100\n";

class damage {
public:
    explicit damage(std::uint64_t seed) : random_(seed) {}

    /// Flips bits, cuts, doubles a piece, or puts in a word that YAML knows.
    std::string apply(std::string text) {
        for (std::size_t times = 1 + pick(3); times > 0 && !text.empty(); --times) {
            const auto at = pick(text.size());
            switch (pick(5)) {
                case 0:
                    text.erase(at, 1 + pick(8));
                    break;
                case 1:
                    text.insert(at, text.substr(pick(text.size()), pick(40)));
                    break;
                case 2:
                    text.insert(at, words_[pick(std::size(words_))]);
                    break;
                default:
                    text[at] = static_cast<char>(text[at] ^ (1 << pick(8)));
                    break;
            }
        }
        return text;
    }

private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    static constexpr std::string_view words_[] = {
        "&a ", "*a",  "!!int ", "[",      "{",    "? ", ": ",
        "- ",  "|\n", ">-\n",   "\"",     "'",    "%",  "---",
        "...", "\t",  "<<: *a", "#",      "null", "~",  "99999999999999999999",
        "-1",  "\\x", "\n\n",   "secret", "]",    "}",  ","};
    std::mt19937_64 random_;
};

source_text named(const char* name, std::string text) {
    return {std::make_shared<const std::string>(name), std::move(text)};
}

void expect_bounds(const message_settings& of) {
    EXPECT_TRUE(of.max_bytes >= 256 && of.max_bytes <= 1048576);
    EXPECT_TRUE(of.max_graphemes >= 1 && of.max_graphemes <= 100000);
    EXPECT_TRUE(of.edit_window_seconds >= -1 && of.edit_window_seconds <= 315360000);
}

void expect_bounds(const configuration& of) {
    EXPECT_FALSE(broken_rule("address", of.server.server.address));
    EXPECT_FALSE(broken_rule("database_url", of.server.database.url));
    for (const auto& each : of.server.server.trusted_proxies) EXPECT_FALSE(broken_rule("network", each));
    EXPECT_TRUE(of.server.database.readers >= 1 && of.server.database.readers <= 256);
    EXPECT_TRUE(of.server.websocket.idle_timeout_seconds >= 20 && of.server.websocket.idle_timeout_seconds <= 30);
    expect_bounds(of.tenant_defaults.messages);
    for (const auto& [name, tenant] : of.tenants) {
        expect_bounds(tenant.messages);
        for (const auto& host : tenant.hosts) EXPECT_FALSE(broken_rule("host", host));
        for (const auto& [model, settings] : tenant.models) expect_bounds(settings.messages);
    }
    EXPECT_TRUE(explain(of, "tenant/acme/model/desk", ""));
}

TEST(garbage, never_crashes_and_nothing_invalid_is_accepted) {
    damage to(20240229);
    int accepted = 0, refused = 0;
    for (int round = 0; round < 20000; ++round) {
        source_set sources;
        sources.file = "parley.yaml";
        sources.folder = "/nowhere";
        sources.server =
            named("parley.yaml", round % 3 == 0 ? to.apply(std::string(server_text)) : std::string(server_text));
        auto& acme = sources.tenants["acme"];
        acme.tenant =
            named("acme.yaml", round % 3 == 1 ? to.apply(std::string(tenant_text)) : std::string(tenant_text));
        acme.models["desk"] =
            named("desk.yaml", round % 3 == 2 ? to.apply(std::string(model_text)) : std::string(model_text));
        const auto outcome = compose(sources, {});
        if (outcome) {
            ++accepted;
            expect_bounds(**outcome);
        } else {
            ++refused;
            ASSERT_FALSE(outcome.error().empty());
            for (const auto& each : outcome.error()) EXPECT_EQ(first_bad_byte(each.text()), std::string::npos);
        }
        if (HasFailure()) FAIL() << "in round " << round;
    }
    EXPECT_GT(accepted, 1000) << "the damage is too great to test what is accepted";
    EXPECT_GT(refused, 1000);
}

TEST(garbage, random_bytes_are_refused_or_empty) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 300, '\0');
        for (auto& byte : text) byte = static_cast<char>(round % 2 == 0 ? random() % 256 : 32 + random() % 95);
        source_set sources;
        sources.server = named("parley.yaml", text);
        const auto outcome = compose(sources, {});
        if (outcome) {
            expect_bounds(**outcome);
        } else {
            EXPECT_GE(outcome.error().front().line, 1);
        }
    }
}

}  // namespace
}  // namespace parley::config
