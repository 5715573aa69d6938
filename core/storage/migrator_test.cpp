// Migrations on both databases: what they leave is what the mapped classes expect, and nobody gets by their records.
#include "storage/migrator.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <set>
#include <thread>

#include "storage/connection.hpp"
#include "storage/odb.hpp"
#include "storage/testing/test_database.hpp"

#include <odb/schema-catalog.hxx>

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

const fs::path shipped = fs::path(PARLEY_SOURCE_DIR) / "migrations";

/// A copy of the shipped steps that a test may spoil.
class spoiled_migrations {
public:
    spoiled_migrations() {
        std::string name = (fs::temp_directory_path() / "parley-migrations-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder = name;
        fs::copy(shipped, folder, fs::copy_options::recursive);
    }
    ~spoiled_migrations() { fs::remove_all(folder); }
    void add(const std::string& file, const std::string& sql) const {
        for (const auto* kind : {"sqlite", "postgresql"}) std::ofstream(folder / kind / file, std::ios::app) << sql;
    }
    void remove(const std::string& file) const {
        for (const auto* kind : {"sqlite", "postgresql"}) fs::remove(folder / kind / file);
    }
    /// The file of a step after the shipped ones.
    [[nodiscard]] std::string next(const std::string& rest) const {
        int last = 0;
        for (const auto& file : fs::directory_iterator(folder / "sqlite"))
            if (file.path().string().ends_with(".up.sql")) ++last;
        return fmt::format("{:04}_{}", last + 1, rest);
    }
    fs::path folder;
};

/// The error's code, "none" for success.
template <class Result>
std::string code_of(const Result& of) {
    return of ? "none" : of.error().code;
}

/// "table.column type not-null place-in-key" of everything in the database.
std::set<std::string> shape_of(database& db) {
    std::set<std::string> lines;
    connection_slot slot(db, purpose::reading);
    odb::transaction open(slot.begin(tenant_scope::all()));
    if (db.kind() == engine::sqlite) {
        auto* handle = static_cast<odb::sqlite::connection&>(slot.connection()).handle();
        const auto add = [](void* to, int, char** values, char**) {
            static_cast<std::set<std::string>*>(to)->insert(
                fmt::format("{}.{} {} {} {}", values[0], values[1], values[2], values[3], values[4]));
            return 0;
        };
        sqlite3_exec(
            handle,
            "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table'",
            add, &lines, nullptr);
        return lines;
    }
    auto* handle = static_cast<odb::pgsql::connection&>(slot.connection()).handle();
    auto* found =
        PQexec(handle,
               "SELECT c.table_name, c.column_name, c.data_type, c.is_nullable, COALESCE(k.ordinal_position, 0)"
               " FROM information_schema.columns c LEFT JOIN information_schema.key_column_usage k"
               " ON k.table_name = c.table_name AND k.column_name = c.column_name AND k.table_schema = 'public'"
               " WHERE c.table_schema = 'public'");
    for (int row = 0; row < PQntuples(found); ++row) {
        std::string line;
        for (int column = 0; column < 5; ++column) line += fmt::format("{} ", PQgetvalue(found, row, column));
        lines.insert(line);
    }
    PQclear(found);
    return lines;
}

class migrations : public ::testing::TestWithParam<engine> {
protected:
    testing::test_database database_{GetParam()};
    fake_clock time_;
};

TEST_P(migrations, leave_what_the_mapped_classes_expect) {
    const auto migrated = database_.open_migrated(shipped);
    const testing::test_database other(GetParam());
    const auto generated = other.open();
    {
        connection_slot slot(*generated, purpose::writing);
        odb::transaction open(slot.begin(tenant_scope::all()));
        odb::schema_catalog::create_schema(generated->mapped(), "kernel");
        open.commit();
    }
    const auto shape = shape_of(*migrated);
    EXPECT_GT(shape.size(), 80U);
    EXPECT_EQ(shape, shape_of(*generated));
}

TEST_P(migrations, go_up_once_and_down_again_and_tell) {
    const auto db = database_.open();
    migrator steps(db, shipped, time_);

    EXPECT_EQ(code_of(steps.require_current()), "database_older");
    auto known = steps.status();
    ASSERT_TRUE(known) << known.error().message;
    ASSERT_FALSE(known->empty());
    EXPECT_FALSE(known->front().applied_at);
    EXPECT_EQ(known->front().name, "kernel");

    const auto applied = steps.up();
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(applied->size(), known->size());
    EXPECT_TRUE(steps.require_current());
    EXPECT_EQ(steps.status()->front().applied_at, time_.now());
    EXPECT_TRUE(steps.up()->empty());
    EXPECT_NE(steps.show(1)->find("CREATE TABLE tenant"), std::string::npos);
    EXPECT_EQ(code_of(steps.show(999)), "migration_unknown");

    const auto gone = steps.down(0);
    ASSERT_TRUE(gone) << gone.error().message;
    EXPECT_EQ(gone->size(), known->size());
    for (const auto& line : shape_of(*db)) EXPECT_TRUE(line.starts_with("parley_migration")) << line;
    EXPECT_TRUE(steps.up());
}

TEST_P(migrations, refuse_a_changed_step_and_a_newer_database) {
    const spoiled_migrations spoiled;
    const auto db = database_.open_migrated(shipped);

    spoiled.add("0001_kernel.up.sql", "-- one more comment\n");
    EXPECT_EQ(code_of(migrator(db, spoiled.folder, time_).up()), "migration_changed");

    const spoiled_migrations newer;
    newer.add(newer.next("more.up.sql"), "CREATE TABLE more (id INTEGER NOT NULL PRIMARY KEY);");
    ASSERT_TRUE(migrator(db, newer.folder, time_).up());
    EXPECT_EQ(code_of(migrator(db, shipped, time_).require_current()), "database_newer");
    EXPECT_EQ(code_of(migrator(db, newer.folder, time_).down(0)), "migration_one_way");
    EXPECT_TRUE(migrator(db, newer.folder, time_).require_current());
}

TEST_P(migrations, leave_nothing_of_a_step_that_fails) {
    const spoiled_migrations spoiled;
    const auto bad = spoiled.next("bad.up.sql");
    const auto ends = spoiled.next("ends.up.sql");
    spoiled.add(bad, "CREATE TABLE half (id INTEGER NOT NULL PRIMARY KEY); SELECT nonsense FROM nowhere;");
    const auto db = database_.open();
    migrator steps(db, spoiled.folder, time_);
    EXPECT_EQ(code_of(steps.up()), "migration_failed");
    for (const auto& line : shape_of(*db)) EXPECT_FALSE(line.starts_with("half")) << line;
    const auto known = steps.status();
    ASSERT_TRUE(known);
    EXPECT_TRUE(known->front().applied_at);
    EXPECT_FALSE(known->back().applied_at);

    spoiled.remove(bad);
    spoiled.add(ends, "CREATE TABLE half (id INTEGER NOT NULL PRIMARY KEY); COMMIT;");
    EXPECT_EQ(code_of(steps.up()), "migration_failed");

    spoiled.remove("0001_kernel.up.sql");
    EXPECT_EQ(code_of(steps.up()), "migrations_unreadable");
}

TEST_P(migrations, run_once_when_several_processes_begin_together) {
    static_cast<void>(database_.open());
    std::atomic<int> applied{0};
    std::vector<std::thread> processes;
    for (int i = 0; i < 4; ++i)
        processes.emplace_back([&] {
            const auto done = migrator(database_.open(), shipped, time_).up();
            EXPECT_TRUE(done) << done.error().message;
            if (done) applied += static_cast<int>(done->size());
        });
    for (auto& one : processes) one.join();
    const auto known = migrator(database_.open(), shipped, time_).status();
    ASSERT_TRUE(known);
    EXPECT_EQ(applied, static_cast<int>(known->size()));
}

TEST(database_url, is_checked_and_shown_without_its_password) {
    EXPECT_EQ(code_of(database::open({.url = "mysql://x"})), "database_url");
    EXPECT_EQ(code_of(database::open({.url = "sqlite:"})), "database_url");
    EXPECT_EQ(code_of(database::open({.url = "postgresql://h/d?no_such_option=1"})), "database_url");
    EXPECT_EQ(code_of(database::open({.url = "sqlite:/no/such/folder/parley.db"})), "database_unreachable");
    const auto nobody = database::open({.url = "postgresql://ann:s3cret@127.0.0.1:1/parley"});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(code_of(nobody), "database_unreachable");
    EXPECT_EQ(nobody.error().message.find("s3cret"), std::string::npos);
    EXPECT_NE(nobody.error().message.find("ann@127.0.0.1:1/parley"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(on, migrations, ::testing::Values(engine::sqlite, engine::postgresql),
                         [](const auto& of) { return of.param == engine::sqlite ? "sqlite" : "postgresql"; });

}  // namespace
}  // namespace parley::storage
