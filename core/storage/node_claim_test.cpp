// No two servers have one number, one of them leads, and whoever ends makes room.
#include "storage/node_claim.hpp"

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;

/// PostgreSQL lets go of a connection's locks a moment after its end, and a connection hears of its end a moment later.
template <class Test>
bool becomes_true(Test test) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!test())
        if (std::chrono::steady_clock::now() > end) return false;
    return true;
}

TEST(node_claim, a_number_is_had_by_one_server_until_it_ends) {
    const test_database where{engine::postgresql};
    const auto db = where.open_migrated(shipped_migrations);
    auto first = std::make_unique<node_claim>(db, 3);
    ASSERT_TRUE(first->hold());
    EXPECT_TRUE(first->leads());
    EXPECT_TRUE(first->hold()) << "a second look changes nothing";
    node_claim same{db, 3};
    const auto refused = same.hold();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "node_taken");
    EXPECT_FALSE(same.leads());
    node_claim other{db, 4};
    ASSERT_TRUE(other.hold());
    EXPECT_FALSE(other.leads());
    first.reset();
    EXPECT_TRUE(becomes_true([&] { return other.hold() && other.leads(); }));
    EXPECT_TRUE(becomes_true([&] { return same.hold().has_value(); }));
    EXPECT_FALSE(same.leads());
}

TEST(node_claim, is_taken_again_when_the_connection_was_cut) {
    const test_database where{engine::postgresql};
    const auto db = where.open_migrated(shipped_migrations);
    node_claim mine{db, 3};
    ASSERT_TRUE(mine.hold());
    shared_postgres().execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory'");
    EXPECT_TRUE(becomes_true([&] {
        if (const auto held = mine.hold(); !held) EXPECT_EQ(held.error().code, "node_late");
        return shared_postgres().execute("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'") == "2";
    }));
    EXPECT_TRUE(mine.leads());
}

TEST(node_claim, in_sqlite_there_is_one_server_and_it_leads) {
    const test_database where{engine::sqlite};
    node_claim mine{where.open_migrated(shipped_migrations), 3};
    EXPECT_TRUE(mine.leads());
    EXPECT_TRUE(mine.hold());
}

}  // namespace
}  // namespace parley::storage
