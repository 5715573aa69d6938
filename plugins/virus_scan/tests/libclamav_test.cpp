// What libclamav finds, and what it does not: everything that it did not read whole must not be clean.
#include "libclamav.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "files_test.hpp"

namespace virus_scan {

void PrintTo(outcome of, std::ostream* to) { *to << boost::describe::enum_to_string(of, "?"); }

namespace {

using namespace testing;

constexpr std::int64_t mebibyte = 1 << 20;

class engines : public ::testing::Test {
protected:
    sdk::result<std::shared_ptr<const engine>> load(const std::filesystem::path& from = VIRUS_SCAN_SIGNATURES) {
        return libclamav::load(from, most_, scratch_.at(), stopping_);
    }
    finding scan(const std::string& bytes) {
        if (engine_ == nullptr) engine_ = *load();
        files_.write("file", bytes);
        auto found = engine_->scan(files_.at(), "file");
        EXPECT_TRUE(found) << found.error().sentence;
        return found ? *found : finding{};
    }

    limits most_{.file_bytes = 2 * mebibyte, .scan_bytes = 4 * mebibyte, .files = 50, .depth = 5, .seconds = 60};
    folder scratch_;
    folder files_;
    std::shared_ptr<const engine> engine_;
    std::atomic<bool> stopping_{false};
};

TEST_F(engines, finds_what_it_has_signatures_of) {
    const auto plain = scan(eicar());
    EXPECT_EQ(plain.is, outcome::infected);
    EXPECT_EQ(plain.name, "Parley.Test.Eicar.UNOFFICIAL");
    EXPECT_EQ(scan("before " + made_up() + " after").name, "Parley.Test.MadeUp.UNOFFICIAL");
    EXPECT_EQ(scan("a letter").is, outcome::clean);
    EXPECT_EQ(scan("").is, outcome::clean);
    EXPECT_EQ(scan(eicar()).is, outcome::infected);
}

TEST_F(engines, looks_into_archives) {
    const auto once = zip({{"letter", "hello"}, {"e.com", eicar()}});
    EXPECT_EQ(scan(once).is, outcome::infected);
    EXPECT_EQ(scan(zip({{"a.zip", once}})).is, outcome::infected);
    EXPECT_EQ(scan(zip({{"b.zip", zip({{"a.zip", once}})}})).is, outcome::infected);
    EXPECT_EQ(scan(zip({{"letter", "hello"}})).is, outcome::clean);
    EXPECT_TRUE(std::filesystem::is_empty(scratch_.at()));
}

TEST_F(engines, what_has_a_password_is_never_clean_nor_a_way_around) {
    const entry secret{"secret", "0123456789ab not to be read", true};
    EXPECT_EQ(scan(zip({secret})).is, outcome::encrypted);
    EXPECT_EQ(scan(zip({secret})).is, outcome::encrypted);  // nothing is remembered as clean
    EXPECT_EQ(scan(zip({secret, {"e.com", eicar()}})).is, outcome::infected);
    EXPECT_EQ(scan(zip({secret, {"zeros", std::string(3 * mebibyte, '\0')}})).is, outcome::limited);
}

TEST_F(engines, bombs_are_limited) {
    std::vector<entry> many;
    for (int i = 0; i < 10; ++i) many.push_back({"z" + std::to_string(i), std::string(mebibyte, '\0')});
    EXPECT_EQ(scan(zip(many)).is, outcome::limited);  // all together
    many.clear();
    for (int i = 0; i < 100; ++i) many.push_back({"f" + std::to_string(i), "letter " + std::to_string(i)});
    EXPECT_EQ(scan(zip(many)).is, outcome::limited);  // how many
    auto deep = zip({{"letter", "hello"}});
    for (int i = 0; i < 8; ++i) deep = zip({{"a.zip", deep}});
    EXPECT_EQ(scan(deep).is, outcome::limited);  // how deep
    // libclamav itself calls this one clean: it looks at the first two megabytes and says nothing.
    EXPECT_EQ(scan(zip({{"zeros", std::string(3 * mebibyte, '\0')}})).is, outcome::limited);
    EXPECT_EQ(scan(zip({{"a.zip", zip({{"zeros", std::string(3 * mebibyte, '\0')}})}})).is, outcome::limited);
}

TEST_F(engines, a_file_over_the_limit_is_not_scanned) {
    EXPECT_EQ(scan(std::string(2 * mebibyte + 1, 'a')).is, outcome::limited);
    EXPECT_EQ(scan(std::string(2 * mebibyte, 'a')).is, outcome::clean);
}

TEST_F(engines, archives_without_an_end_are_not_clean) {
    const auto whole = zip({{"e.com", eicar()}, {"letter", "hello, and more of it"}});
    for (const auto cut : {std::size_t{40}, whole.size() / 2, whole.size() - 22}) {
        const auto found = scan(whole.substr(0, cut));
        EXPECT_NE(found.is, outcome::clean) << cut;
        EXPECT_NE(scan(zip({{"a.zip", whole.substr(0, cut)}})).is, outcome::clean) << cut;
    }
}

TEST_F(engines, only_plain_files_of_the_folder_are_opened) {
    engine_ = *load();
    folder elsewhere;
    elsewhere.write("file", "x");
    std::filesystem::create_symlink(elsewhere.at() / "file", files_.at() / "link");
    std::filesystem::create_directory(files_.at() / "sub");
    EXPECT_EQ(engine_->scan(files_.at(), "none").error().status, PARLEY_NOT_FOUND);
    EXPECT_EQ(engine_->scan(files_.at(), "link").error().code, "file_unreadable");
    EXPECT_EQ(engine_->scan(files_.at(), "sub").error().code, "file_unreadable");
    EXPECT_EQ(engine_->scan(files_.at(), "../" + elsewhere.at().filename().string() + "/file").error().code,
              "file_unreadable");
    EXPECT_EQ(engine_->scan(files_.at(), (elsewhere.at() / "file").string()).error().code, "file_unreadable");
}

TEST_F(engines, no_signatures_are_an_error) {
    folder empty;
    EXPECT_EQ(load(empty.at()).error().code, "signatures_unusable");
    EXPECT_EQ(load(empty.at() / "none").error().code, "signatures_unreadable");
    empty.write("bad.ndb", "this is no signature\n");
    EXPECT_EQ(load(empty.at()).error().code, "signatures_unusable");
    stopping_ = true;
    EXPECT_EQ(load().error().code, "stopping");
}

TEST_F(engines, the_same_signatures_have_the_same_name) {
    folder copy;
    for (const auto& one : std::filesystem::directory_iterator(VIRUS_SCAN_SIGNATURES))
        std::filesystem::copy(one.path(), copy.at());
    copy.write("freshclam.dat", "of no matter");
    const auto first = *load();
    EXPECT_EQ((*load(copy.at()))->version(), first->version());
    EXPECT_EQ(first->signatures(), 2);
    copy.write("more.ndb", "Parley.Test.More:0:*:00112233445566778899aabb\n");
    EXPECT_NE((*load(copy.at()))->version(), first->version());
}

}  // namespace
}  // namespace virus_scan
