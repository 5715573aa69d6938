// Lists are aligned as people see them, and whatever they hold is safe to print.
#include "server/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace parley::server {
namespace {

std::string printed(const table& rows, listing how) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const config::environment none;
    rows.print({in, out, err, none, {}, {}, how});
    return out.str();
}

TEST(Table, AlignsByVisibleCharacters) {
    table rows({"name", "n"});
    rows.add({"Zoë", "1"});
    rows.add({"👩‍👩‍👧 family", "2"});
    EXPECT_EQ(printed(rows, listing::table),
              "name      n\n"
              "Zoë       1\n"
              "👩‍👩‍👧 family  2\n");
}

TEST(Table, EscapesWhatATerminalWouldObey) {
    table rows({"name"});
    rows.add({"\x1b[31mred\nline\u009b\u202e"});
    const auto text = printed(rows, listing::table);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
    const auto json = printed(rows, listing::json);
    EXPECT_EQ(json.find('\x1b'), std::string::npos);
    EXPECT_EQ(json, "[{\"name\":\"\\u001b[31mred\\nline\\u009b\\u202e\"}]\n");
}

}  // namespace
}  // namespace parley::server
