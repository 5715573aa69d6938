// The reference pages say what the code says. PARLEY_WRITE_REFERENCE=1 writes them anew.
#include "kernel/reference.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace parley::kernel {
namespace {

void expect_current(const std::string& name, const std::string& text) {
    const auto page = std::filesystem::path(PARLEY_SOURCE_DIR) / "docs/reference" / name;
    if (std::getenv("PARLEY_WRITE_REFERENCE") != nullptr) std::ofstream(page) << text;
    std::ostringstream there;
    there << std::ifstream(page).rdbuf();
    EXPECT_EQ(there.str(), text) << name << " is old; run this test with PARLEY_WRITE_REFERENCE=1";
}

TEST(reference, of_permissions_is_current) { expect_current("permissions.md", permissions_reference()); }
TEST(reference, of_kinds_is_current) { expect_current("kinds.md", kinds_reference()); }
TEST(reference, of_events_is_current) { expect_current("events.md", events_reference()); }

}  // namespace
}  // namespace parley::kernel
