// What is answered, and what is kept, when the database goes away or is busy: no loss, nothing double, no lie.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <atomic>
#include <thread>

#include "storage/connection.hpp"
#include "storage/tenant_directory.hpp"
#include "storage/testing/cutting_proxy.hpp"
#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::SizeIs;

const auto key = kernel::rows;
using expected = std::map<std::string, int>;

/// Inserts message `id` of conversation 31 with the next event's position as its sequence.
bool say(kernel::writing& w, std::int64_t id) {
    const auto at = w.append(make_event("message.created"));
    w.insert(key(), make_message(id, 31, at, 11, fmt::format("{}", id)));
    return true;
}

std::vector<std::int64_t> stored_ids(sql_store& in) {
    std::vector<std::int64_t> all;
    EXPECT_FALSE(read(in, acme, [&](kernel::reading& r) {
        for (const auto& one : r.history(key(), conversation_id{31}, {.limit = 1'000'000})) {
            EXPECT_EQ(one.seq, static_cast<sequence>(all.size() + 1));
            all.push_back(one.id.value);
        }
        EXPECT_EQ(r.log_end(), static_cast<position>(all.size()));
    }));
    return all;
}

class lost_postgresql : public ::testing::Test {
protected:
    void SetUp() override {
        migrated_ = database_.open_migrated(shipped_migrations);
        direct_ = *open_store(migrated_, {}, ignored_);
        ASSERT_FALSE(with_directory(*direct_, [](kernel::directory& all) { all.insert({acme, "acme", noon}); }));
    }
    [[nodiscard]] std::string name() const {
        const auto begin = database_.url().find("///") + 3;
        return database_.url().substr(begin, database_.url().find('?') - begin);
    }
    [[nodiscard]] std::unique_ptr<sql_store> open(const std::string& url, store_options with = {}) {
        auto db = database::open({.url = url});
        if (!db) throw std::runtime_error(db.error().message);
        return *open_store(*db, with, sink_);
    }
    void kill_connections() {
        shared_postgres().execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" +
                                  name() + "'");
    }

    testing::test_database database_{engine::postgresql};
    std::shared_ptr<database> migrated_;
    recording_sink ignored_;
    recording_sink sink_;
    std::unique_ptr<sql_store> direct_;
};

class lost_at_commit : public lost_postgresql, public ::testing::WithParamInterface<cut> {};

TEST_P(lost_at_commit, a_group_is_kept_once_and_said_to_be) {
    cutting_proxy proxy(shared_postgres().socket());
    const auto store = open(proxy.url(name()));
    ASSERT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 1); }));
    outcomes ended;
    {
        held_writer held(*store);
        for (int i = 2; i <= 51; ++i)
            store->write({.tenant = acme,
                          .author = {},
                          .client_key = {},
                          .apply = [i](kernel::writing& w) { return say(w, i); },
                          .finish = ended.one()});
        proxy.at_next_commit(GetParam());
    }
    EXPECT_EQ(ended.wait(), (expected{{"committed", 50}}));
    EXPECT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 52); }));
    EXPECT_EQ(proxy.cuts(), 1);
    EXPECT_EQ(store->counters().commits_in_doubt.get(), 1);
    EXPECT_THAT(stored_ids(*direct_), SizeIs(52));
    EXPECT_THAT(sink_.heard(), SizeIs(52));
    EXPECT_EQ(store->counters().foreign_events.get(), 0) << "the group's own events were taken for somebody else's";
}

INSTANTIATE_TEST_SUITE_P(of, lost_at_commit, ::testing::Values(cut::before_commit, cut::after_commit, cut::late_commit),
                         [](const auto& of) {
                             return of.param == cut::before_commit  ? "never_arriving"
                                    : of.param == cut::after_commit ? "without_answer"
                                                                    : "arriving_late";
                         });

// A standby that becomes the primary without it gives its number to another transaction.
TEST_F(lost_postgresql, a_group_whose_number_went_to_another_transaction_is_not_taken_for_kept) {
    cutting_proxy proxy(shared_postgres().socket());
    std::string committed;  // far from where numbers get one digit more
    do committed = shared_postgres().execute("SELECT txid_current()");
    while (fmt::format("{}", std::stoll(committed) + 100).size() != committed.size());
    proxy.answers_for(committed);
    const auto store = open(proxy.url(name()));
    ASSERT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 1); }));
    proxy.at_next_commit(cut::before_commit);
    EXPECT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 2); }));
    EXPECT_EQ(store->counters().commits_in_doubt.get(), 1);
    EXPECT_THAT(stored_ids(*direct_), SizeIs(2));
    EXPECT_THAT(sink_.heard(), SizeIs(2));
}

TEST_F(lost_postgresql, connections_killed_under_load) {
    constexpr int jobs = 3'000;
    const auto store = open(database_.url());
    outcomes ended;
    std::thread sender([&] {
        for (int i = 1; i <= jobs; ++i) {
            store->write({.tenant = acme,
                          .author = {},
                          .client_key = {},
                          .apply = [i](kernel::writing& w) { return say(w, i); },
                          .finish = ended.one()});
            if (i % 300 == 0) kill_connections();
        }
    });
    sender.join();
    EXPECT_EQ(ended.wait(), (expected{{"committed", jobs}}));
    EXPECT_THAT(stored_ids(*direct_), SizeIs(jobs));
    EXPECT_TRUE(sink_.wait_for(jobs));
    EXPECT_GT(store->counters().groups_retried.get(), 0);
    kill_connections();
    for (int i = 0; i < 8; ++i)  // every reader's connection is dead, and no reader says so
        EXPECT_FALSE(read(*store, acme, [jobs](kernel::reading& r) { EXPECT_EQ(r.log_end(), jobs); }));
}

TEST_F(lost_postgresql, a_read_is_not_run_again_once_it_has_ended) {
    const auto store = open(database_.url());
    std::atomic<int> runs = 0;
    store->read({.tenant = acme,
                 .run =
                     [&](kernel::reading& r) {
                         EXPECT_EQ(r.log_end(), 0);
                         ++runs;
                         kill_connections();
                     },
                 .failed = [](const error& why) { ADD_FAILURE() << why.code; }});
    store->stop();
    EXPECT_EQ(runs, 1);
}

TEST_F(lost_postgresql, an_answer_that_was_not_waited_for_is_not_the_next_ones) {
    connection_slot slot(*migrated_, purpose::reading);
    {
        odb::transaction open(slot.begin(tenant_scope::all()));
        // As libpq leaves it when it could not wait and nobody looked.
        PQclear(PQexec(static_cast<odb::pgsql::connection&>(slot.connection()).handle(), "SELECT no_such_thing"));
        tenant_directory all(*migrated_);
        EXPECT_THROW((void)all.tenants(), odb::connection_lost);
        EXPECT_TRUE(slot.is_dead());
    }
    odb::transaction again(slot.begin(tenant_scope::all()));
    tenant_directory all(*migrated_);
    EXPECT_THAT(all.tenants(), SizeIs(1));
    again.rollback();
}

TEST_F(lost_postgresql, nothing_is_committed_after_an_answer_that_was_not_waited_for) {
    connection_slot slot(*migrated_, purpose::writing);
    odb::transaction open(slot.begin(tenant_scope::all()));
    auto& connection = static_cast<odb::pgsql::connection&>(slot.connection());
    PQclear(PQexec(connection.handle(), "SELECT no_such_thing"));
    EXPECT_THROW(open.commit(), odb::connection_lost);
    EXPECT_TRUE(slot.is_dead());
}

TEST_F(lost_postgresql, a_server_that_stops_and_comes_back) {
    postgres own;
    const auto url = own.create_database();
    auto db = *database::open({.url = url});
    const system_clock time;
    ASSERT_TRUE(migrator(db, shipped_migrations, time).up());
    const auto store = *open_store(db, {.write_deadline = 600ms, .read_deadline = 600ms}, sink_);
    ASSERT_FALSE(with_directory(*store, [](kernel::directory& all) { all.insert({acme, "acme", noon}); }));
    ASSERT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 1); }));

    own.stop();
    EXPECT_EQ(write(*store, acme, [](kernel::writing& w) { return say(w, 2); })->code, "database_unavailable");
    EXPECT_EQ(read(*store, acme, [](kernel::reading&) {})->code, "database_unavailable");
    EXPECT_FALSE(store->check());
    EXPECT_NE(store->last_error(), "");

    own.start();
    const auto deadline =
        std::chrono::steady_clock::now() + 30s;  // a long absence is refused until it is seen to be over
    while (!store->check() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(write(*store, acme, [](kernel::writing& w) { return say(w, 3); }));
    EXPECT_TRUE(store->check());
    EXPECT_EQ(stored_ids(*store), (std::vector<std::int64_t>{1, 3}));
    EXPECT_THAT(sink_.heard(), SizeIs(2));
}

TEST(busy_sqlite, another_process_writes_for_a_while) {
    const testing::test_database database(engine::sqlite);
    recording_sink sink;
    auto db = database.open_migrated(shipped_migrations, {.busy_timeout = 50ms});
    const auto store = *open_store(db, {.write_deadline = 1'000ms}, sink);
    ASSERT_FALSE(with_directory(*store, [](kernel::directory& all) { all.insert({acme, "acme", noon}); }));
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(database.url().substr(7).c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

    EXPECT_EQ(write(*store, acme, [](kernel::writing& w) { return say(w, 1); })->code, "database_unavailable");
    EXPECT_FALSE(read(*store, acme, [](kernel::reading& r) { EXPECT_EQ(r.log_end(), 0); }))
        << "who reads need not wait";

    const auto before = store->counters().groups_retried.get();
    outcomes ended;
    store->write({.tenant = acme,
                  .author = {},
                  .client_key = {},
                  .apply = [](kernel::writing& w) { return say(w, 2); },
                  .finish = ended.one()});
    while (store->counters().groups_retried.get() == before) std::this_thread::yield();
    ASSERT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(ended.wait(), (expected{{"committed", 1}}));
    EXPECT_EQ(stored_ids(*store), (std::vector<std::int64_t>{2}));
    sqlite3_close(other);
}

TEST(open_store, says_what_is_missing) {
    const testing::test_database database(engine::sqlite);
    recording_sink sink;
    EXPECT_EQ(open_store(database.open(), {}, sink).error().code, "database_older");
}

}  // namespace
}  // namespace parley::storage
