// The wall behind the queries' own filters: PostgreSQL gives and takes rows of the transaction's tenants only.
#include "storage/row_security.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <map>

#include "storage/load.hpp"
#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto key = kernel::rows;
const tenant_id other{2};

/// In the transaction that a job of the store's is running in.
std::int64_t ask_number(const std::string& sql) {
    std::int64_t number = -1;
    each_view<number_view>(odb::transaction::current().database(), odb::query_base(sql),
                           [&](const number_view& one) { number = one.value.get(); });
    return number;
}

/// A connection as an operator's, without the store.
class plain_connection {
public:
    explicit plain_connection(const std::string& url) : handle_(PQconnectdb(url.c_str())) {}
    ~plain_connection() { PQfinish(handle_); }
    plain_connection(const plain_connection&) = delete;
    plain_connection& operator=(const plain_connection&) = delete;

    /// Each row's values with a space between; the SQLSTATE in place of rows when it fails.
    [[nodiscard]] std::vector<std::string> ask(const std::string& sql) {
        std::vector<std::string> rows;
        auto* answer = PQexec(handle_, sql.c_str());
        const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        if (state != nullptr) rows.emplace_back(state);
        for (int row = 0; row < PQntuples(answer); ++row) {
            std::string line;
            for (int column = 0; column < PQnfields(answer); ++column)
                line += fmt::format("{}{}", column == 0 ? "" : " ", PQgetvalue(answer, row, column));
            rows.push_back(line);
        }
        PQclear(answer);
        return rows;
    }
    /// The first number of a modifying statement's answer: how many rows it touched.
    [[nodiscard]] std::string touched(const std::string& sql) {
        auto* answer = PQexec(handle_, sql.c_str());
        std::string count = PQcmdTuples(answer);
        PQclear(answer);
        return count;
    }

private:
    PGconn* handle_;
};

class row_security : public store_test {
protected:
    void SetUp() override {
        store_test::SetUp();
        add_tenant(other, "other");
        must_write([](kernel::writing& w) { fill(w, 0, acme); });
        must_write([](kernel::writing& w) { fill(w, 100, other); }, other);
    }
    static void fill(kernel::writing& w, std::int64_t base, tenant_id of) {
        auto who = make_user(base + 11, "ann");
        who.tenant = of;
        w.insert(who);
        auto in = make_conversation(base + 31, "lobby");
        in.tenant = of;
        in.last_sequence = 1;
        w.insert(key(), in);
        w.insert(key(), make_member(base + 31, base + 11));
        auto said = make_message(base + 51, base + 31, 1, base + 11, "secret");
        said.tenant = of;
        w.insert(key(), said);
        w.append(make_event("message.created"));
    }
    /// Every table that keeps tenants apart, with the column that says whose a row is.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> tables() const {
        plain_connection plain(database_.url());
        std::vector<std::pair<std::string, std::string>> all{{"tenant", "id"}};
        for (const auto& one : plain.ask("SELECT table_name FROM information_schema.columns"
                                         " WHERE column_name = 'tenant' AND table_schema = 'public'"))
            all.emplace_back(one, "tenant");
        return all;
    }
};

TEST_P(row_security, covers_every_table_with_a_tenant) {
    plain_connection plain(database_.url());
    EXPECT_THAT(tables(), SizeIs(Gt(10U)));
    for (const auto& [table, column] : tables())
        EXPECT_THAT(plain.ask(fmt::format("SELECT relrowsecurity, relforcerowsecurity,"
                                          " (SELECT COUNT(*) FROM pg_policy WHERE polrelid = c.oid)"
                                          " FROM pg_class c WHERE oid = '{}'::regclass",
                                          table)),
                    ElementsAre("t t 1"))
            << table;
}

TEST_P(row_security, an_injected_read_without_its_filter_finds_nothing_of_others) {
    const auto all = tables();
    must_read([&](kernel::reading&) {
        for (const auto& [table, column] : all)
            EXPECT_EQ(ask_number(fmt::format("SELECT COUNT(*) FROM {} WHERE {} <> {}", table, column, acme.value)), 0)
                << table;
        const auto* injected = "SELECT COUNT(*) FROM message WHERE conversation = 131 OR 1 = 1";
        EXPECT_EQ(ask_number(injected), 1) << "only the reader's own";
        EXPECT_EQ(ask_number("SELECT COUNT(*) FROM message WHERE conversation = 131"), 0);
        EXPECT_EQ(ask_number("SELECT COUNT(*) FROM member m, account a, conversation c, event e, tenant t"), 1);
    });
    must_read([](kernel::reading&) { EXPECT_EQ(ask_number("SELECT MAX(id) FROM message"), 151); }, other);
}

TEST_P(row_security, an_injected_write_without_its_filter_changes_nothing_of_others) {
    must_write([](kernel::writing& w) {
        auto& db = odb::transaction::current().database();
        EXPECT_EQ(db.execute("UPDATE message SET text = 'changed'"), 1U);
        EXPECT_EQ(db.execute("DELETE FROM member"), 1U);
        w.append(make_event("message.edited"));
    });
    must_read(
        [](kernel::reading& r) {
            EXPECT_EQ(r.find_message(key(), message_id{151})->text, "secret");
            EXPECT_TRUE(r.find_member(key(), conversation_id{131}, user_id{111}));
        },
        other);
}

TEST_P(row_security, a_row_of_another_tenant_is_refused) {
    for (const auto* sql : {"INSERT INTO event SELECT 2, 77, type, heard_by, conversation, account, about, data,"
                            " created_at FROM event LIMIT 1",
                            "UPDATE message SET tenant = 2", "INSERT INTO tenant VALUES (3, 'third', 0, 0, 0, 0)"}) {
        const auto why = write(*store_, acme, [&](kernel::writing& w) {
            odb::transaction::current().database().execute(sql);
            w.append(make_event("message.created"));
            return true;
        });
        ASSERT_TRUE(why) << sql;
        EXPECT_EQ(why->code, "internal");
        EXPECT_THAT(store_->last_error(), HasSubstr("row-level security")) << sql;
    }
    must_read([](kernel::reading& r) { EXPECT_EQ(r.log_end(), 1); }, other);
}

TEST_P(row_security, a_group_sees_the_tenants_of_its_jobs) {
    outcomes ended;
    {
        held_writer held(*store_);
        for (const auto of : {other, acme})
            store_->write({.tenant = of,
                           .author = {},
                           .client_key = {},
                           .apply =
                               [](kernel::writing& w) {
                                   EXPECT_EQ(ask_number("SELECT COUNT(*) FROM tenant"), 2);
                                   w.append(make_event("message.created"));
                                   return true;
                               },
                           .finish = ended.one()});
    }
    EXPECT_EQ(ended.wait(), (std::map<std::string, int>{{"committed", 2}}));
    EXPECT_FALSE(with_directory(*store_, [](kernel::directory& all) { EXPECT_THAT(all.tenants(), SizeIs(2)); }));
}

TEST_P(row_security, without_the_setting_there_is_nothing) {
    plain_connection plain(database_.url());
    for (const auto& [table, column] : tables()) {
        EXPECT_THAT(plain.ask(fmt::format("SELECT * FROM {}", table)), IsEmpty()) << table;
        EXPECT_EQ(plain.touched(fmt::format("DELETE FROM {}", table)), "0") << table;
    }
    const auto* insert = "INSERT INTO tenant VALUES (3, 'third', 0, 0, 0, 0)";
    EXPECT_THAT(plain.ask(insert), ElementsAre("42501"));
    // What is left of the setting after a transaction is an empty text.
    EXPECT_THAT(plain.ask("BEGIN; SET LOCAL parley.tenants = '1'; SELECT id FROM message"), ElementsAre("51"));
    EXPECT_THAT(plain.ask("COMMIT; SELECT id FROM message"), IsEmpty());
    EXPECT_THAT(plain.ask(insert), ElementsAre("42501"));
    EXPECT_THAT(plain.ask("SET parley.tenants = '*'; SELECT id FROM message ORDER BY id"), ElementsAre("51", "151"));
}

TEST_P(row_security, leaves_the_hot_queries_their_indexes) {
    plain_connection plain(database_.url());
    EXPECT_THAT(plain.ask("SET parley.tenants = '*'; SET enable_bitmapscan = off; INSERT INTO message"
                          " SELECT 1000 + g, tenant, 31 + g % 20, 1000 + g, author, shown_from, shown_id, shown_name,"
                          " shown_avatar, type, text, data, NULL, NULL, 0, NULL, '', 1, '', NULL, 0, g, NULL, NULL, ''"
                          " FROM message, generate_series(1, 20000) g WHERE id = 51"),
                IsEmpty());
    EXPECT_THAT(plain.ask("ANALYZE message; SET parley.tenants = '1'"), IsEmpty());
    const auto plan_of = [&](const std::string& sql) {
        std::string plan;
        for (const auto& line : plain.ask("EXPLAIN (COSTS OFF) " + sql)) plan += line + "\n";
        return plan;
    };
    EXPECT_THAT(plan_of("SELECT * FROM message WHERE conversation = 31 AND tenant = 1 AND state = 1 AND seq < 9000"
                        " ORDER BY seq DESC LIMIT 50"),
                AllOf(HasSubstr("Index Scan Backward using message_sequence"),
                      HasSubstr("Index Cond: ((conversation = 31) AND (seq < 9000))")));
    EXPECT_THAT(
        plan_of("SELECT COUNT(*) FROM (SELECT 1 FROM message m WHERE m.conversation = 31 AND m.seq > 20000"
                " AND m.tenant = 1 AND m.author <> 11 AND m.state = 1 AND m.deleted_at IS NULL LIMIT 100) AS c"),
        HasSubstr("Index Cond: ((conversation = 31) AND (seq > 20000))"));
}

TEST_P(row_security, is_known_to_bind_the_role_or_not) {
    EXPECT_TRUE(*has_row_security(*database_.open()));
    const auto begin = database_.url().find("///") + 3;
    const auto name = database_.url().substr(begin, database_.url().find('?') - begin);
    const auto privileged = database::open({.url = shared_postgres().url(name, "postgres")});
    ASSERT_TRUE(privileged);
    EXPECT_FALSE(*has_row_security(**privileged));
    shared_postgres().execute("DROP ROLE IF EXISTS seer; CREATE ROLE seer LOGIN BYPASSRLS");
    const auto seer = database::open({.url = shared_postgres().url(name, "seer")});
    ASSERT_TRUE(seer);
    EXPECT_FALSE(*has_row_security(**seer));
    EXPECT_FALSE(*has_row_security(*testing::test_database(engine::sqlite).open()));
}

INSTANTIATE_TEST_SUITE_P(on, row_security, ::testing::Values(engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
