// Manifests: what is read, what is said about what is wrong, and that no bytes do any harm.
#include "plugins/manifest.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "plugins/discovery.hpp"
#include "plugins/elf_section.hpp"
#include "plugins/library.hpp"

namespace parley::plugins {
namespace {

const std::filesystem::path good_file = std::filesystem::path(PARLEY_ZOO) / "good.so";

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string section(std::string_view members) {
    return R"({"format":1,"manifest":{"id":"some","version":"1.0.0","abi":"1.0","title":"T","sentence":"S","licence":"L")" +
           std::string(members) + "}}";
}

std::string said_about(std::string_view members) {
    const auto read = read_embedded(section(members));
    std::string made;
    if (!read)
        for (const auto& one : read.error()) made += one + "\n";
    return made;
}

TEST(manifest, of_a_real_library_is_read_whole) {
    const auto read = read_library(good_file);
    ASSERT_TRUE(read) << read.error().front();
    EXPECT_EQ(read->says.id, "good");
    ASSERT_EQ(read->says.hooks.size(), 2U);
    EXPECT_EQ(read->says.hooks[0].when, phase::amend);
    EXPECT_EQ(read->says.hooks[1].on_failure, failure_policy::hold);
    EXPECT_TRUE(read->says.hooks[1].held_until_holder);
    EXPECT_EQ(read->says.permissions.front().roles, std::vector<std::string>{"member"});
    EXPECT_EQ(read->source, "id: good\n");
    EXPECT_TRUE(judge(good_file, *read).empty());
}

TEST(manifest, only_the_operator_names_folders_to_be_read) {
    const std::string settings =
        R"(,"settings":{"place":{"type":"string","scope":"server"},"own":{"type":"string","scope":"tenant"},)"
        R"("most":{"type":"integer","scope":"server"},"odd":7})";
    const auto read = read_embedded(section(settings + R"(,"reads_folders":["place"])"));
    ASSERT_TRUE(read) << read.error().front();
    EXPECT_EQ(read->says.reads_folders, std::vector<std::string>{"place"});
    for (const std::string member : {"reads_folders", "connects_to"})
        for (const std::string name : {"own", "most", "odd", "none"})
            EXPECT_EQ(said_about(settings + ",\"" + member + R"(":[")" + name + R"("])"),
                      member + ": " + name + " is no setting of type string and scope server\n");
}

TEST(manifest, rules_are_about_its_own_settings_and_anothers) {
    const std::string settings = R"(,"settings":{"most":{"type":"integer","scope":"server"}})";
    const auto read = read_embedded(section(settings + R"(,"rules":[{"setting":"most","at_least":"other.most"}])"));
    ASSERT_TRUE(read) << read.error().front();
    EXPECT_EQ(read->says.rules.front().at_least, "other.most");
    EXPECT_EQ(said_about(settings + R"(,"rules":[{"setting":"least","at_least":"Other"}])"),
              "rules[0].setting: is no setting of its own\n"
              "rules[0].at_least: must be a plugin's id and its setting, as in attachments.max_file_size\n");
}

TEST(manifest, events_are_heard_with_its_own_permissions) {
    const std::string head = R"(,"permissions":[{"name":"some.look","sentence":"Looks.","roles":[]}],)";
    const auto says = [&](const std::string& with) {
        return head + R"("says":[{"type":"some.changed","sentence":"Changed.","heard_with":")" + with + R"("}])";
    };
    const auto read = read_embedded(section(says("some.look")));
    ASSERT_TRUE(read) << read.error().front();
    EXPECT_EQ(read->says.says.front().heard_with, "some.look");
    EXPECT_EQ(said_about(says("users.manage")), "says[0].heard_with: must be one of the plugin's own permissions\n");
}

TEST(manifest, the_operator_runs_only_what_is_a_command) {
    const auto read = read_embedded(section(R"(,"commands":["one.go"],"operates":["one.go"])"));
    ASSERT_TRUE(read) << read.error().front();
    EXPECT_EQ(read->says.operates, std::vector<std::string>{"one.go"});
    EXPECT_EQ(said_about(R"(,"commands":["one.go"],"operates":["two.go"])"),
              "operates: two.go is none of its commands\n");
}

TEST(manifest, says_every_problem_with_its_member) {
    const auto said = said_about(
        R"(,"hooks":[{"event":"message.send","phase":"sometimes"},{"event":"message.edit","phase":"check","on_failure":"hold"},7],)"
        R"("needs":[{"plugin":"X","version":"1"}],"permissions":[{"name":"other.use","sentence":"s","roles":[]}],"commands":["one","two.ok","two.ok"],)"
        R"("storage":"yes","colour":"red","jobs":{},"changes":[{"change":"nothing.ever"}])");
    EXPECT_EQ(said,
              "storage: must be true or false\n"
              "needs[0].version: must be comparisons with spaces between, as in \">=1.0 <2\"\n"
              "needs[0].plugin: must be the id of a plugin\n"
              "permissions[0].name: must begin with the plugin's id, as in some.use\n"
              "hooks[0].phase: sometimes is none of: amend, check\n"
              "hooks[1].on_failure: hold is none of: refuse, skip\n"
              "hooks[2]: must be a mapping\n"
              "changes[0].change: nothing.ever is none of: conversation.create, conversation.archive, member.add, "
              "user.create\n"
              "commands[0]: must be words with dots between, as in reaction.add\n"
              "commands[2]: two.ok stands there twice\n"
              "jobs: must be a list\n"
              "colour: is not known\n");
}

TEST(manifest, a_guard_does_not_skip_by_itself) {
    EXPECT_NE(said_about(R"(,"hooks":[{"event":"message.send","phase":"check","security":true,"on_failure":"skip"}])"),
              "");
    EXPECT_EQ(said_about(R"(,"hooks":[{"event":"message.send","phase":"check","security":true,"on_failure":"hold"}])"),
              "");
}

TEST(manifest, has_limits) {
    EXPECT_NE(said_about(R"(,"hooks":[{"event":"message.send","phase":"check","deadline_ms":0}])"), "");
    EXPECT_NE(said_about(R"(,"hooks":[{"event":"message.send","phase":"check","deadline_ms":60001}])"), "");
    std::string many = R"(,"jobs":["a")";
    for (int i = 0; i < 300; ++i) many += ",\"j" + std::to_string(i) + "\"";
    EXPECT_EQ(said_about(many + "]"), "jobs: has more than 256 entries\n");
    EXPECT_FALSE(read_embedded(std::string(most_section_bytes + 1, ' ')));
}

TEST(manifest, of_another_format_is_not_guessed_at) {
    EXPECT_FALSE(read_embedded(R"({"format":2,"manifest":{}})"));
    EXPECT_FALSE(read_embedded(""));
    EXPECT_FALSE(read_embedded("id: reactions"));
    EXPECT_FALSE(read_embedded("[]"));
}

TEST(elf_section, says_what_a_file_is_instead) {
    const auto good = bytes_of(good_file);
    const auto why = [](std::string_view bytes) {
        const auto found = find_section(bytes, section_name);
        return found ? "" : found.error().code;
    };
    EXPECT_EQ(why(good), "");
    EXPECT_EQ(why(""), "elf_not_library");
    EXPECT_EQ(why("#!/bin/sh\n# and more than sixteen bytes"), "elf_not_library");
    auto other = good;
    other[4] = 1;
    EXPECT_EQ(why(other), "elf_wrong_class");
    other = good;
    other[18] = 3;
    EXPECT_EQ(why(other), "elf_wrong_machine");
    other = good;
    other[16] = 2;
    EXPECT_EQ(why(other), "elf_not_library");
    EXPECT_EQ(why(good.substr(0, 40)), "elf_damaged");
    EXPECT_EQ(why(good.substr(0, good.size() / 2)), "elf_damaged");
    EXPECT_EQ(find_section(good, ".nothing").error().code, "elf_no_section");
}

TEST(elf_section, no_bits_turned_over_do_harm) {
    const auto good = bytes_of(good_file);
    std::mt19937 random(7);  // NOLINT: the same each time
    std::uniform_int_distribution<std::size_t> where(0, good.size() - 1);
    std::uniform_int_distribution<std::size_t> head(0, 63);
    // Half of them where it hurts: in the header and in the table of sections.
    std::uniform_int_distribution<std::size_t> table(good.size() - std::min<std::size_t>(good.size(), 4096),
                                                     good.size() - 1);
    int read = 0;
    for (int round = 0; round < 12'000; ++round) {
        auto bytes = good;
        const int flips = 1 + round % 4;
        for (int i = 0; i < flips; ++i) {
            const auto at = round % 3 == 0 ? where(random) : round % 3 == 1 ? head(random) : table(random);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
        }
        if (round % 5 == 0) bytes.resize(where(random));
        if (const auto made = read_library_bytes(bytes)) {
            ++read;
            EXPECT_FALSE(made->says.id.empty());
        }
    }
    EXPECT_GT(read, 0);
}

TEST(manifest_text, no_bits_turned_over_do_harm) {
    const auto good = bytes_of(good_file);
    const std::string text(*find_section(good, section_name));
    std::mt19937 random(11);  // NOLINT: the same each time
    for (int round = 0; round < 12'000; ++round) {
        auto bytes = text;
        for (int i = 0; i <= round % 3; ++i) {
            auto& one = bytes[random() % bytes.size()];
            one = static_cast<char>(one ^ (1 << (random() % 8)));
        }
        const auto made = read_embedded(bytes);
        if (!made) {
            EXPECT_FALSE(made.error().empty());
            continue;
        }
        EXPECT_TRUE(is_plugin_id(made->says.id)) << made->says.id;
    }
}

TEST(library_file, is_not_taken_when_others_can_write_it) {
    const auto folder = std::filesystem::temp_directory_path() / ("parley_plugins_" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto file = folder / "good.so";
    std::filesystem::copy_file(good_file, file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_TRUE(read_library(file));
    std::filesystem::permissions(file, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
    EXPECT_FALSE(read_library(file));
    std::filesystem::permissions(file, std::filesystem::perms::others_write, std::filesystem::perm_options::remove);
    std::filesystem::permissions(folder, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
    EXPECT_FALSE(read_library(file));
    std::filesystem::permissions(folder, std::filesystem::perms::others_write, std::filesystem::perm_options::remove);
    EXPECT_FALSE(read_library(folder));
    EXPECT_FALSE(read_library(folder / "none.so"));
    std::filesystem::remove_all(folder);
}

TEST(library, is_judged_by_name_abi_and_odb) {
    auto read = read_library(good_file);
    ASSERT_TRUE(read);
    EXPECT_EQ(judge("/x/libgood.so", *read).size(), 0U);
    EXPECT_EQ(judge("/x/bad.so", *read).size(), 1U);
    read->says.abi_minor = PARLEY_ABI_MINOR + 1;
    EXPECT_EQ(judge("/x/good.so", *read).size(), 1U);
    read->says.abi_minor = PARLEY_ABI_MINOR;
    read->says.storage = true;
    read->odb = "2.5.0";
    EXPECT_EQ(judge("/x/good.so", *read).size(), 1U);
    read->odb = judged_by::own_odb();
    EXPECT_EQ(judge("/x/good.so", *read).size(), 0U);
}

}  // namespace
}  // namespace parley::plugins
