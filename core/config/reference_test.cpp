// The reference page and the shipped examples are current.
#include "config/reference.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/load.hpp"
#include "config/schema.hpp"

namespace parley::config {
namespace {

const std::filesystem::path root = PARLEY_SOURCE_DIR;

TEST(reference, page_is_current) {
    const auto page = root / "docs/reference/settings.md";
    if (std::getenv("PARLEY_WRITE_REFERENCE") != nullptr) std::ofstream(page) << settings_reference();
    std::ostringstream content;
    content << std::ifstream(page).rdbuf();
    EXPECT_EQ(content.str(), settings_reference()) << "run this test once with PARLEY_WRITE_REFERENCE=1";
}

TEST(reference, page_has_every_setting) {
    const auto text = settings_reference();
    for (const auto& each : kernel_schema().settings) {
        EXPECT_NE(text.find("| `" + each.path + "` |"), text.npos) << each.path;
    }
}

TEST(reference, examples_are_valid) {
    const auto outcome = load(root / "config", {});
    if (!outcome) {
        for (const auto& each : outcome.error()) ADD_FAILURE() << each.text();
        return;
    }
    const configuration& made = **outcome;
    EXPECT_EQ(made.server.server.data_directory, root / "var");
    EXPECT_EQ(made.tenant_of_host("localhost"), "demo");
    EXPECT_EQ(made.tenant_of_host("[::1]"), "demo");
    EXPECT_EQ(made.tenant("demo").messages_of("front_desk").edit_window_seconds, 900);
}

}  // namespace
}  // namespace parley::config
