// No room, a file that is gone, a database that keeps quiet: refused soon, said aloud, and over when it is over.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <charconv>
#include <filesystem>
#include <thread>

#include "storage/condition.hpp"
#include "storage/failure.hpp"
#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

const auto key = kernel::rows;

/// The smallest write that a tenant can see.
bool say(kernel::writing& w, std::int64_t id) {
    const auto at = w.append(make_event("message.created"));
    w.insert(key(), make_message(id, 31, at, 11, std::string(20'000, 'x')));
    return true;
}

/// No file of this process may grow over so many bytes, as on a disk that is full.
class small_disk {
public:
    explicit small_disk(std::uintmax_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~small_disk() { grow(); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    void grow() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

class bad_luck : public ::testing::Test {
protected:
    void open(engine kind, store_options with = {.watch_interval = 20ms}) {
        database_.emplace(kind);
        db_ = database_->open_migrated(shipped_migrations);
        store_ = *open_store(db_, with, sink_);
        ASSERT_FALSE(with_directory(*store_, [](kernel::directory& all) { all.insert({acme, "acme", noon}); }));
    }
    [[nodiscard]] std::string path() const { return database_->url().substr(7); }
    [[nodiscard]] std::string write_one() {
        const auto why = write(*store_, acme, [id = ++last_](kernel::writing& w) { return say(w, id); });
        if (!why) ++kept_;
        return why ? why->code : "committed";
    }
    [[nodiscard]] std::string state() const {
        const auto all_is_well = store_->check();
        return all_is_well ? "well" : all_is_well.error().code;
    }
    [[nodiscard]] bool comes_to_be(const std::string& wanted) const {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (state() != wanted && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
        return state() == wanted;
    }
    void expect_all_kept() {
        EXPECT_FALSE(read(*store_, acme, [&](kernel::reading& r) { EXPECT_EQ(r.log_end(), kept_); }));
    }

    std::optional<testing::test_database> database_;
    recording_sink sink_;
    std::shared_ptr<database> db_;
    std::unique_ptr<sql_store> store_;
    std::int64_t last_ = 0;
    position kept_ = 0;
};

TEST_F(bad_luck, sqlite_without_room_refuses_until_there_is_some) {
    open(engine::sqlite);
    ASSERT_EQ(write_one(), "committed");
    std::vector<std::string> codes;
    {
        small_disk disk(fs::file_size(path() + "-wal") + 30'000);
        for (int i = 0; i < 4; ++i) codes.push_back(write_one());
        EXPECT_EQ(codes.back(), "storage_full");
        EXPECT_EQ(state(), "storage_full");
        EXPECT_FALSE(read(*store_, acme, [](kernel::reading&) {})) << "what is there can be read";
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; ++i) EXPECT_EQ(write_one(), "storage_full");
        EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << "each of them waited";
        EXPECT_EQ(state(), "storage_full") << "nothing can be stored yet";
    }
    EXPECT_TRUE(comes_to_be("well"));
    EXPECT_EQ(write_one(), "committed");
    expect_all_kept();
}

TEST_F(bad_luck, a_file_that_is_moved_is_noticed_without_a_write) {
    open(engine::sqlite);
    ASSERT_EQ(write_one(), "committed");
    fs::rename(path(), path() + ".away");
    EXPECT_TRUE(comes_to_be("database_moved"));
    EXPECT_EQ(write_one(), "database_unavailable");
    fs::copy(path() + ".away", path());
    EXPECT_EQ(write_one(), "database_unavailable") << "another file, in which nothing was acknowledged";
    EXPECT_EQ(state(), "database_moved");
    fs::rename(path() + ".away", path());
    EXPECT_TRUE(comes_to_be("well"));
    EXPECT_EQ(write_one(), "committed");
    expect_all_kept();
}

TEST_F(bad_luck, nothing_is_acknowledged_into_a_log_that_is_deleted) {
    open(engine::sqlite, {.write_deadline = 200ms, .watch_interval = 20ms});
    ASSERT_EQ(write_one(), "committed");
    fs::remove(path() + "-wal");
    EXPECT_EQ(write_one(), "database_unavailable");
    EXPECT_THAT(store_->last_error(), ::testing::HasSubstr("write-ahead log"));
}

TEST_F(bad_luck, a_connection_that_keeps_quiet_is_cut) {
    open(engine::postgresql, {.write_deadline = 10s, .hang_limit = 300ms, .watch_interval = 0ms});
    ASSERT_EQ(write_one(), "committed");
    const auto name = db_->shown_url().substr(db_->shown_url().rfind('/') + 1);
    const auto list = shared_postgres().execute(
        "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name = 'parley' AND datname = '" +
        name + "'");
    std::vector<pid_t> frozen;
    for (const char *at = list.data(), *end = at + list.size(); at < end; ++at) {
        pid_t one = 0;
        at = std::from_chars(at, end, one).ptr;
        ::kill(one, SIGSTOP);
        frozen.push_back(one);
    }
    ASSERT_FALSE(frozen.empty());
    EXPECT_EQ(write_one(), "committed");
    expect_all_kept();
    EXPECT_GT(store_->counters().hangs_cut.get(), 0);
    for (const auto one : frozen) ::kill(one, SIGCONT);
}

TEST(condition, long_trouble_is_refused_at_once_and_short_trouble_is_waited_for) {
    storage::condition state(50ms);
    EXPECT_FALSE(state.refuses_writes(0ms));
    EXPECT_TRUE(state.is_away("first", failure_kind::lost));
    EXPECT_FALSE(state.is_away("again", failure_kind::lost)) << "no news";
    EXPECT_FALSE(state.refuses_writes(1h));
    std::this_thread::sleep_for(2ms);
    EXPECT_EQ(state.refuses_writes(1ms)->code, "database_unavailable");
    EXPECT_GT(state.refuses_reads(1ms)->retry_after.count(), 0);
    EXPECT_TRUE(state.answers());
    EXPECT_FALSE(state.refuses_writes(0ms));

    EXPECT_TRUE(state.is_full("no room"));
    EXPECT_EQ(state.refuses_writes(1h)->code, "storage_full");
    EXPECT_FALSE(state.refuses_reads(0ms));
    EXPECT_TRUE(state.has_room());
    EXPECT_TRUE(state.check());

    state.begins();
    EXPECT_TRUE(state.check());
    std::this_thread::sleep_for(60ms);
    EXPECT_FALSE(state.check());
    EXPECT_TRUE(state.refuses_reads(1h));
    state.ends();
    EXPECT_TRUE(state.check());
}

}  // namespace
}  // namespace parley::storage
