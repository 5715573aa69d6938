// Outboxes, cursors and jobs of plugins on both databases.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/json.hpp"
#include "kernel/event_runner.hpp"
#include "kernel/job_runner.hpp"
#include "kernel/outbox_relay.hpp"
#include "kernel/trim_log.hpp"
#include "storage/load.hpp"
#include "storage/plugin_database.hpp"
#include "storage/testing/plugin_world.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using kernel::errand_end;
using ::testing::ElementsAre;

const tenant_id globex{2};

// --- databases of their own

class plugin_database_test : public plugin_state_test {
protected:
    void SetUp() override {
        plugin_state_test::SetUp();
        std::string name = (std::filesystem::temp_directory_path() / "parley-plugins-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override {
        plugin_state_test::TearDown();
        std::filesystem::remove_all(folder_);
    }
    [[nodiscard]] plugin_databases all() { return {database_options{.url = database_.url()}, folder_, time_}; }
    [[nodiscard]] std::shared_ptr<plugin_database> made(const std::string& plugin = "polls") {
        auto opened = all().open(plugin, migrations_);
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
    /// As the plugin itself does it, through the SDK: in a transaction of its own.
    void run(const plugin_database& in, const std::string& sql) const {
        database_options there{.url = in.where(), .schema = in.schema()};
        if (in.kind() == engine::sqlite) there.url = "sqlite:" + in.where();
        auto db = database::open(there);
        ASSERT_TRUE(db) << db.error().message;
        connection_slot slot(**db, purpose::writing);
        odb::transaction open(slot.begin(tenant_scope::all()));
        run_script(in.kind(), slot.connection(), sql);
        open.commit();
    }
    void add_row(const plugin_database& to, const std::string& type, const std::string& data, tenant_id in = acme,
                 std::int64_t user = 11) const {
        run(to, fmt::format("INSERT INTO parley_outbox (tenant, type, conversation, user_id, about, data, created_at)"
                            " VALUES ({}, '{}', 0, {}, 0, '{}', 7)",
                            in.value, type, user, data));
    }
    /// "data" of all that is in the tenant's log.
    [[nodiscard]] std::vector<std::string> said(tenant_id in = acme) {
        std::vector<std::string> found;
        must_read(
            [&](kernel::reading& r) {
                for (const auto& one : r.events_after(0, 1'000)) found.push_back(to_text(one.data));
            },
            in);
        return found;
    }

    std::filesystem::path folder_;
    migration_files migrations_{{"0001_poll.up.sql", "CREATE TABLE poll (id BIGINT NOT NULL PRIMARY KEY)"},
                                {"0001_poll.down.sql", "DROP TABLE poll"}};
};
INSTANTIATE_TEST_SUITE_P(databases, plugin_database_test, ::testing::Values(engine::sqlite, engine::postgresql),
                         name_of);

TEST_P(plugin_database_test, is_made_migrated_and_found_again) {
    const auto first = made();
    run(*first, "INSERT INTO poll VALUES (1)");
    migrations_["0002_more.up.sql"] = "ALTER TABLE poll ADD COLUMN title TEXT";
    const auto again = made();
    run(*again, "INSERT INTO poll VALUES (2, 'lunch')");
    const auto rows = all().describe("polls");
    ASSERT_TRUE(rows && *rows);
    EXPECT_THAT((*rows)->tables, ElementsAre(std::pair<std::string, std::int64_t>("parley_migration", 2),
                                             std::pair<std::string, std::int64_t>("parley_outbox", 0),
                                             std::pair<std::string, std::int64_t>("poll", 2)));
    if (GetParam() == engine::postgresql) EXPECT_EQ(again->schema(), "plugin_polls");
}

/// Otherwise the next process that leaves takes the write-ahead log away under who stays, and what that writes is lost.
TEST_P(plugin_database_test, that_is_opened_twice_keeps_the_locks_of_who_has_it_open) {
    if (GetParam() != engine::sqlite) GTEST_SKIP() << "SQLite's files alone are locked";
    const auto first = made();
    add_row(*first, "poll.opened", "{}");
    EXPECT_EQ(first->read(10).size(), 1U);
    {
        const auto again = made();
    }
    const int file = ::open(first->where().c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(file, 0);
    // SQLite's shared lock; whoever wants these bytes alone meets it, also in the same process.
    struct flock wanted{};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = 0x40000002;
    wanted.l_len = 510;
    EXPECT_EQ(::fcntl(file, F_OFD_GETLK, &wanted), 0);
    EXPECT_EQ(wanted.l_type, F_RDLCK);
    ::close(file);
}

TEST_P(plugin_database_test, a_step_that_fails_or_was_changed_is_refused) {
    {
        const auto first = made();
    }
    auto broken = migrations_;
    broken["0002_bad.up.sql"] = "CREATE NONSENSE";
    const auto failed = all().open("polls", broken);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, "migration_failed");
    migrations_["0001_poll.up.sql"] += ";";
    const auto changed = all().open("polls", migrations_);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, "migration_changed");
    EXPECT_EQ(all().open("../polls", {}).error().code, "plugin_id");
}

TEST_P(plugin_database_test, is_archived_under_another_name_and_purged_for_good) {
    EXPECT_EQ(all().archive("polls").value(), "");
    EXPECT_FALSE(all().purge("polls").value());
    EXPECT_FALSE(all().describe("polls").value());
    {
        const auto first = made();
        run(*first, "INSERT INTO poll VALUES (1)");
    }
    const auto name = all().archive("polls");
    ASSERT_TRUE(name) << name.error().message;
    EXPECT_NE(*name, "");
    EXPECT_FALSE(all().describe("polls").value());
    if (GetParam() == engine::sqlite) EXPECT_TRUE(std::filesystem::exists(*name));
    {
        const auto anew = made();
    }
    const auto rows = all().describe("polls").value();
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->tables.back().second, 0) << "begins empty";
    EXPECT_TRUE(all().purge("polls").value());
    EXPECT_FALSE(all().describe("polls").value());
}

TEST_P(plugin_database_test, what_the_kernel_keeps_about_a_plugin_is_counted_and_forgotten) {
    must_write([&](kernel::writing& w) {
        w.keep({.plugin = "polls", .heard = 3, .relayed = 0});
        w.keep({.plugin = "other", .heard = 3, .relayed = 0});
        w.insert(plugin_job{.id = plugin_job_id{1},
                            .tenant = acme,
                            .plugin = "polls",
                            .job = "sweep",
                            .key = "",
                            .due = noon,
                            .input = "{}",
                            .tries = 0,
                            .leased_until = {},
                            .leased_by = {}});
    });
    EXPECT_EQ(all().traces("polls").value().cursors, 1);
    EXPECT_EQ(all().forget("polls").value().jobs, 1);
    EXPECT_EQ(all().traces("polls").value().jobs, 0);
    EXPECT_EQ(all().traces("polls").value().cursors, 0);
    EXPECT_EQ(all().traces("other").value().cursors, 1);
}

// --- from outboxes into the log

/// An outbox that loses its database between the two commits.
class forgetful_outbox final : public kernel::plugin_outbox {
public:
    explicit forgetful_outbox(std::shared_ptr<plugin_database> of) : of_(std::move(of)) {}
    std::vector<kernel::outbox_row> read(int limit) override { return of_->read(limit); }
    void erase(tenant_id in, std::int64_t upto) override {
        if (failures.fetch_sub(1) > 0) throw std::runtime_error("the power is gone");
        of_->erase(in, upto);
    }
    std::atomic<int> failures = 0;

private:
    std::shared_ptr<plugin_database> of_;
};

class outbox_test : public plugin_database_test {
protected:
    void SetUp() override {
        plugin_database_test::SetUp();
        must_write([](kernel::writing& w) { w.insert(make_user(11, "ann")); });
    }
    [[nodiscard]] static std::vector<kernel::said_event_type> says() {
        return {{.plugin = "polls", .type = "poll.voted", .sentence = "Somebody voted.", .schema = {}}};
    }
};
INSTANTIATE_TEST_SUITE_P(databases, outbox_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

TEST_P(outbox_test, what_was_said_is_in_the_log_once_and_in_order) {
    const auto from = made();
    add_row(*from, "poll.voted", R"({"n":1})");
    add_row(*from, "poll.unknown", R"({"n":2})");
    add_row(*from, "poll.voted", R"(no json)");
    kernel::outbox_relay relay(*store_, counts_);
    relay.add("polls", says(), from);
    relay.start(env_, 20ms);
    ASSERT_TRUE(eventually([&] { return counts_.relayed == 1 && counts_.refused == 2; }));
    add_row(*from, "poll.voted", R"({"n":3})");
    add_row(*from, "poll.voted", R"({"n":4})", globex);  // no such tenant
    add_row(*from, "poll.voted", R"({"n":5})");
    relay.committed("polls");
    ASSERT_TRUE(eventually([&] { return counts_.relayed == 3; }));
    ASSERT_TRUE(eventually([&] { return all().describe("polls").value()->tables[1].second == 0; })) << "taken out";
    relay.stop();
    EXPECT_THAT(said(), ElementsAre(R"({"n":1})", R"({"n":3})", R"({"n":5})"));
}

TEST_P(outbox_test, a_crash_between_the_two_databases_says_nothing_twice) {
    const auto from = std::make_shared<forgetful_outbox>(made());
    const auto rows = made();
    from->failures = 2;
    add_row(*rows, "poll.voted", R"({"n":1})");
    {
        kernel::outbox_relay relay(*store_, counts_);
        relay.add("polls", says(), from);
        relay.start(env_, 10ms);
        ASSERT_TRUE(eventually([&] { return from->failures < 2; })) << "brought, and not taken out";
        add_row(*rows, "poll.voted", R"({"n":2})");
    }
    // Another process goes on where the first one was.
    kernel::outbox_relay relay(*store_, counts_);
    relay.add("polls", says(), from);
    relay.start(env_, 10ms);
    ASSERT_TRUE(eventually([&] { return from->failures < 0 && counts_.relayed == 2; }));
    ASSERT_TRUE(eventually([&] { return all().describe("polls").value()->tables[1].second == 0; }));
    relay.stop();
    EXPECT_THAT(said(), ElementsAre(R"({"n":1})", R"({"n":2})"));
}

TEST_P(outbox_test, numbers_are_not_used_again_after_a_purge) {
    add_row(*made(), "poll.voted", R"({"n":1})");
    const auto first = made()->read(1).at(0).number;
    ASSERT_TRUE(all().purge("polls").value());
    time_.advance(1s);
    add_row(*made(), "poll.voted", R"({"n":2})");
    EXPECT_GT(made()->read(1).at(0).number, first);
}

TEST_P(outbox_test, numbers_grow_in_the_order_of_the_commits) {
    if (GetParam() == engine::sqlite) GTEST_SKIP() << "has one writer";
    const auto from = made();
    database_options there{.url = from->where(), .schema = from->schema()};
    auto db = database::open(there).value();
    connection_slot slot(*db, purpose::writing);
    odb::transaction open(slot.begin(tenant_scope::all()));
    run_script(engine::postgresql, slot.connection(),
               "INSERT INTO parley_outbox (tenant, type, conversation, user_id, about, data, created_at)"
               " VALUES (1, 'poll.voted', 0, 11, 0, '{\"n\":1}', 7)");
    std::atomic<bool> second = false;
    std::thread later([&] {
        add_row(*from, "poll.voted", R"({"n":2})");
        second = true;
    });
    EXPECT_TRUE(eventually([&] {
        return shared_postgres().execute("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") !=
               "0";
    }));
    EXPECT_FALSE(second);
    // On another thread, as this one is in a transaction.
    EXPECT_TRUE(std::async(std::launch::async, [&] { return made()->read(10).empty(); }).get());
    open.commit();
    later.join();
    const auto rows = from->read(10);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].data, R"({"n":1})");
}

// --- from the log to plugins

class event_runner_test : public plugin_state_test {
protected:
    void TearDown() override {
        stop();
        plugin_state_test::TearDown();
    }
    void start(kernel::event_runner_options with = {}) {
        with.tick = 5ms;
        runner_ = std::make_unique<kernel::event_runner>(*store_, plugins_, counts_, with);
        passing_.to = runner_.get();
        runner_->start(env_, {{.plugin = "polls", .types = {"a", "b"}}});
    }
    /// As at the end of a process; the store goes first, so that nothing comes back any more.
    void stop() {
        passing_.to = nullptr;
        if (runner_) runner_->stop();
        if (store_) store_->stop();
        runner_.reset();
    }
    void restart(kernel::event_runner_options with = {}) {
        stop();
        store_ = open();
        start(with);
    }
    [[nodiscard]] bool is_watched(tenant_id in = acme) {
        return eventually([&] { return cursor("polls", in).heard.has_value(); });
    }
    [[nodiscard]] std::vector<position> heard() const {
        std::vector<position> all;
        for (const auto& one : plugins_.asked())
            all.push_back(parse_object(one.input)->at("position").to_number<position>());
        return all;
    }

    std::unique_ptr<kernel::event_runner> runner_;
};
INSTANTIATE_TEST_SUITE_P(databases, event_runner_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

TEST_P(event_runner_test, hears_what_comes_after_it_was_first_on) {
    say("a", 3);
    start();
    ASSERT_TRUE(is_watched());
    EXPECT_EQ(cursor("polls").heard, 3);
    say("x");
    say("b", 2);
    say("x");
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 2; }));
    EXPECT_THAT(heard(), ElementsAre(5, 6));
    EXPECT_EQ(plugins_.asked().front().tenant_name, "acme");
    EXPECT_EQ(plugins_.asked().front().name, "b");
    EXPECT_TRUE(eventually([&] { return cursor("polls").heard >= 6; })) << "stored when there is no more";
}

TEST_P(event_runner_test, catches_up_after_the_server_was_off) {
    start();
    ASSERT_TRUE(is_watched());
    stop();
    store_ = open();
    say("a", 250);
    start();
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 250; }));
    EXPECT_TRUE(eventually([&] { return cursor("polls").heard == 250; }));
    restart();
    say("a");
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 251; }));
    EXPECT_EQ(heard().back(), 251) << "nothing that was taken comes again";
}

TEST_P(event_runner_test, catches_up_after_the_plugin_was_off) {
    start();
    ASSERT_TRUE(is_watched());
    plugins_.turn_off("polls@acme");
    runner_->look();
    say("a", 3);
    plugins_.turn_on("polls@acme");
    runner_->look();
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 3; }));
    EXPECT_THAT(heard(), ElementsAre(1, 2, 3));
}

TEST_P(event_runner_test, says_nothing_while_another_server_leads_and_goes_on_from_where_that_came) {
    start();
    ASSERT_TRUE(is_watched());
    runner_->lead(false);
    say("a", 3);
    must_write([](kernel::writing& w) {  // as the other server does, which took the first two
        auto kept = w.plugin_cursors().at(0);
        kept.heard = 2;
        w.keep(kept);
    });
    runner_->lead(true);
    ASSERT_TRUE(eventually([&] { return plugins_.times() > 0; }));
    EXPECT_THAT(heard(), ElementsAre(3));
    say("b");
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 2; }));
    EXPECT_THAT(heard(), ElementsAre(3, 4));
}

TEST_P(event_runner_test, the_next_one_waits_until_this_one_is_taken) {
    std::atomic<int> failures = 3;
    plugins_.answer_with([&](const kernel::plugin_errand&) {
        return failures.fetch_sub(1) > 0 ? errand_end::failed : errand_end::done;
    });
    start();
    ASSERT_TRUE(is_watched());
    say("a");
    say("b");
    for (const std::size_t tried : {1U, 2U, 3U}) {
        ASSERT_TRUE(eventually([&] { return counts_.heard_failed == tried; }));
        EXPECT_EQ(plugins_.times(), tried) << "not again before the pause is over";
        time_.advance(std::chrono::seconds(1 << (tried - 1)));
    }
    ASSERT_TRUE(eventually([&] { return counts_.heard == 2; }));
    EXPECT_THAT(heard(), ElementsAre(1, 1, 1, 1, 2));
}

TEST_P(event_runner_test, what_is_of_no_interest_does_not_hold_the_log) {
    start({.unheard = 50});
    ASSERT_TRUE(is_watched());
    // What is said while it still reads the log moves nothing.
    EXPECT_TRUE(eventually([&] {
        say("x", 20);
        return cursor("polls").heard >= 60;
    }));
    EXPECT_EQ(plugins_.times(), 0U);
}

TEST_P(event_runner_test, hears_from_the_beginning_in_a_tenant_that_is_new) {
    start();
    ASSERT_TRUE(is_watched());
    ASSERT_FALSE(with_directory(*store_, [&](kernel::directory& all) { all.insert({globex, "globex", noon}); }));
    say("a", 2, globex);
    ASSERT_TRUE(eventually([&] { return plugins_.times() == 2; }));
    EXPECT_EQ(plugins_.asked().front().tenant, globex);
    EXPECT_THAT(heard(), ElementsAre(1, 2));
}

TEST_P(event_runner_test, the_log_is_not_trimmed_past_who_has_yet_to_hear) {
    plugins_.answer_with([](const kernel::plugin_errand&) { return errand_end::failed; });
    start();
    ASSERT_TRUE(is_watched());
    say("a", 30);
    ASSERT_TRUE(eventually([&] { return counts_.heard_failed > 0; }));
    const moment far = noon + std::chrono::days{5'000};
    time_.advance(far - noon);
    EXPECT_FALSE(write(*store_, acme, [&](kernel::writing& w) {
        EXPECT_FALSE(kernel::trim_log(env_, w, "acme"));
        return false;
    }));
    must_write([](kernel::writing& w) { w.keep({.plugin = "polls", .heard = 12, .relayed = 0}); });
    EXPECT_FALSE(write(*store_, acme, [&](kernel::writing& w) {
        EXPECT_TRUE(kernel::trim_log(env_, w, "acme"));
        EXPECT_EQ(w.log_begin(), 12);
        return true;
    }));
}

// --- later

class job_runner_test : public plugin_state_test {
protected:
    void TearDown() override {
        for (auto& one : runners_) one->stop();
        plugin_state_test::TearDown();
    }
    kernel::job_runner& start(std::vector<kernel::job_kind> kinds, const std::string& node = "one") {
        kernel::job_runner_options with;
        with.node = node;
        with.tick = 5ms;
        auto& made = *runners_.emplace_back(std::make_unique<kernel::job_runner>(*store_, plugins_, counts_, with));
        made.start(env_, std::move(kinds));
        return made;
    }
    void schedule(kernel::job_runner& with, const std::string& key, std::chrono::seconds in,
                  const std::string& input = "{}") {
        std::promise<result<void>> done;
        with.schedule(
            {.plugin = "polls", .job = "close", .tenant = acme, .key = key, .at = time_.now() + in, .input = input},
            [&](result<void> end) { done.set_value(std::move(end)); });
        const auto end = done.get_future().get();
        ASSERT_TRUE(end) << end.error().message;
    }
    [[nodiscard]] std::size_t kept() {
        std::size_t found = 0;
        const auto far = noon + std::chrono::days{10'000};
        const std::vector<std::string> whose{"polls"};
        EXPECT_FALSE(with_directory(
            *store_, [&](kernel::directory& in) { found = in.due_plugin_jobs(far, whose, 1'000).size(); }));
        return found;
    }

    static kernel::job_kind close() { return {.plugin = "polls", .job = "close", .lease = 10s, .most_tries = 3}; }
    static kernel::job_kind sweep() { return {.plugin = "polls", .job = "sweep", .every = 1min, .lease = 10s}; }
    std::vector<std::unique_ptr<kernel::job_runner>> runners_;
};
INSTANTIATE_TEST_SUITE_P(databases, job_runner_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

TEST_P(job_runner_test, a_scheduled_job_is_done_once_when_it_is_due) {
    auto& runner = start({close()});
    schedule(runner, "", 60s, R"({"poll":"7"})");
    schedule(runner, "", 3600s);
    time_.advance(59s);
    EXPECT_EQ(kept(), 2U);
    EXPECT_EQ(plugins_.times(), 0U);
    time_.advance(1s);
    ASSERT_TRUE(eventually([&] { return counts_.jobs_done == 1 && kept() == 1; }));
    EXPECT_EQ(plugins_.asked().front().input, R"({"poll":"7"})");
    EXPECT_EQ(plugins_.asked().front().name, "close");
    EXPECT_EQ(plugins_.times(), 1U);
}

TEST_P(job_runner_test, a_key_replaces_what_waits_under_it) {
    auto& runner = start({close()});
    schedule(runner, "poll 7", 60s, R"({"n":1})");
    schedule(runner, "poll 8", 60s, R"({"n":2})");
    schedule(runner, "poll 7", 60s, R"({"n":3})");
    EXPECT_EQ(kept(), 2U);
    time_.advance(60s);
    ASSERT_TRUE(eventually([&] { return counts_.jobs_done == 2; }));
    std::set<std::string> inputs;
    for (const auto& one : plugins_.asked()) inputs.insert(one.input);
    EXPECT_EQ(inputs, (std::set<std::string>{R"({"n":2})", R"({"n":3})"}));
}

TEST_P(job_runner_test, survives_a_restart) {
    schedule(start({close()}), "", 60s);
    runners_.back()->stop();
    store_->stop();
    store_ = open();
    time_.advance(3600s);
    start({close()});
    EXPECT_TRUE(eventually([&] { return counts_.jobs_done == 1; }));
}

TEST_P(job_runner_test, fails_waits_and_is_given_up) {
    plugins_.answer_with([](const kernel::plugin_errand&) { return errand_end::failed; });
    auto& runner = start({close()});
    schedule(runner, "", 0s);
    ASSERT_TRUE(eventually([&] { return counts_.jobs_failed == 1; }));
    ASSERT_TRUE(eventually([&] {
        time_.advance(1s);
        return counts_.jobs_given_up == 1;
    }));
    EXPECT_EQ(counts_.jobs_failed, 2U);
    EXPECT_EQ(plugins_.times(), 3U);
    EXPECT_TRUE(eventually([&] { return kept() == 0; }));
}

TEST_P(job_runner_test, comes_round_in_each_tenant_where_the_plugin_is_on) {
    ASSERT_FALSE(with_directory(*store_, [&](kernel::directory& all) { all.insert({globex, "globex", noon}); }));
    plugins_.turn_off("polls@globex");
    auto& runner = start({sweep()});
    ASSERT_TRUE(eventually([&] { return kept() == 1; }));
    for (const std::size_t round : {1U, 2U, 3U}) {
        time_.advance(1min);
        ASSERT_TRUE(eventually([&] { return counts_.jobs_done == round; }));
        EXPECT_EQ(plugins_.asked().back().tenant, acme);
    }
    plugins_.turn_on("polls@globex");
    runner.look();
    ASSERT_TRUE(eventually([&] { return kept() == 2; }));
    plugins_.turn_off("polls@acme");
    time_.advance(2min);
    ASSERT_TRUE(eventually([&] { return kept() == 1; })) << "forgotten where it is off";
    ASSERT_TRUE(eventually([&] { return plugins_.asked().back().tenant == globex; }));
}

TEST_P(job_runner_test, one_server_does_it_and_another_takes_over_when_the_lease_is_over) {
    std::atomic<int> begun = 0;
    std::atomic<bool> may_end = false;
    plugins_.answer_with([&](const kernel::plugin_errand&) {
        if (begun.fetch_add(1) > 0) return errand_end::done;
        while (!may_end) std::this_thread::sleep_for(1ms);  // the first one hangs
        return errand_end::failed;
    });
    schedule(start({close()}, "one"), "", 0s);
    ASSERT_TRUE(eventually([&] { return begun == 1; }));
    start({close()}, "two");
    EXPECT_EQ(kept(), 1U);
    EXPECT_EQ(begun, 1) << "leased";
    time_.advance(11s);
    EXPECT_TRUE(eventually([&] { return counts_.jobs_done == 1 && kept() == 0; }));
    may_end = true;
    EXPECT_TRUE(eventually([&] { return counts_.jobs_failed == 1; }));
    EXPECT_EQ(kept(), 0U) << "the end of a run whose lease is over changes nothing";
}

}  // namespace
}  // namespace parley::storage
