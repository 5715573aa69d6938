// Files are found in the folder, made in it, and never outside of it.
#include "base/beneath.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace parley {
namespace {

class beneath_a_folder : public ::testing::Test {
protected:
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "parley-beneath-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        std::filesystem::create_directories(root / "in");
        write(root / "outside", "secret");
    }
    void TearDown() override { std::filesystem::remove_all(root); }

    static void write(const std::filesystem::path& at, std::string_view text) { std::ofstream(at) << text; }
    static std::string read(const std::filesystem::path& at) {
        std::ifstream from(at);
        return {std::istreambuf_iterator<char>(from), {}};
    }
    std::string code_of(const result<open_file>& of) { return of ? "" : of.error().code; }

    std::filesystem::path root;
    beneath in() const { return beneath(root / "in"); }
};

TEST_F(beneath_a_folder, a_file_is_made_with_its_folders_written_and_read) {
    {
        const auto made = in().create("a/b/c.txt");
        ASSERT_TRUE(made) << made.error().message;
        ASSERT_TRUE(write_all(*made, "hello"));
        ASSERT_TRUE(sync(*made));
        EXPECT_EQ(*size_of(*made), 5U);
    }
    EXPECT_EQ(read(root / "in/a/b/c.txt"), "hello");
    EXPECT_EQ(std::filesystem::status(root / "in/a/b/c.txt").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_TRUE(in().read("a/b/c.txt"));
    EXPECT_EQ(code_of(in().create("a/b/c.txt")), "file_exists");
}

TEST_F(beneath_a_folder, no_name_leads_outside) {
    std::filesystem::create_directory_symlink(root, root / "in/up");
    std::filesystem::create_symlink(root / "outside", root / "in/link");
    for (const auto* name :
         {"../outside", "up/outside", "link", "/etc/passwd", "a/../../outside", ".", "", "in", "nothing", "..", "up"}) {
        EXPECT_EQ(code_of(in().read(name)), "file_not_found") << name;
    }
    for (const auto* name : {"../new", "up/new", "/tmp/parley-beneath-never", "../x/new", "up/x/new"}) {
        EXPECT_NE(code_of(in().create(name)), "") << name;
        EXPECT_NE(code_of(in().append(name, 0)), "") << name;
    }
    in().remove("../outside");
    in().remove("up/outside");
    EXPECT_EQ(read(root / "outside"), "secret");
    EXPECT_FALSE(std::filesystem::exists(root / "new"));
    EXPECT_FALSE(std::filesystem::exists(root / "x"));
}

TEST_F(beneath_a_folder, appending_goes_on_where_the_file_ends_and_nowhere_else) {
    ASSERT_TRUE(write_all(*in().append("part", 0), "abc"));
    ASSERT_TRUE(write_all(*in().append("part", 3), "def"));
    EXPECT_EQ(read(root / "in/part"), "abcdef");
    EXPECT_EQ(code_of(in().append("part", 3)), "offset_conflict");
    EXPECT_EQ(code_of(in().append("part", 0)), "offset_conflict");
    EXPECT_EQ(code_of(in().append("none", 3)), "file_not_found");
    in().remove("part");
    EXPECT_EQ(code_of(in().read("part")), "file_not_found");
}

}  // namespace
}  // namespace parley
