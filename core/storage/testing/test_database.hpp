// An empty database for a test, SQLite or PostgreSQL, and ways to ask a store and wait for the answer.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "kernel/access.hpp"
#include "storage/migrator.hpp"
#include "storage/store.hpp"
#include "storage/testing/postgres.hpp"

namespace parley::storage::testing {

/// The program's one cluster.
[[nodiscard]] inline postgres& shared_postgres() {
    static postgres one;
    return one;
}

class test_database {
public:
    explicit test_database(engine kind) : kind_(kind) {
        if (kind == engine::postgresql) {
            url_ = shared_postgres().create_database();
            return;
        }
        std::string name = (std::filesystem::temp_directory_path() / "parley-db-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder for SQLite");
        folder_ = name;
        url_ = "sqlite:" + (folder_ / "test.db").string();
    }
    ~test_database() {
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }
    test_database(const test_database&) = delete;
    test_database& operator=(const test_database&) = delete;

    [[nodiscard]] engine kind() const { return kind_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    /// Each call is as a process of its own.
    [[nodiscard]] std::shared_ptr<database> open(database_options with = {}) const {
        with.url = url_;
        auto made = database::open(std::move(with));
        if (!made) throw std::runtime_error(made.error().message);
        return *made;
    }
    [[nodiscard]] std::shared_ptr<database> open_migrated(const std::filesystem::path& migrations,
                                                          database_options with = {}) const {
        auto made = open(std::move(with));
        const system_clock time;
        if (auto done = migrator(made, migrations, time).up(); !done) throw std::runtime_error(done.error().message);
        return made;
    }

private:
    engine kind_;
    std::string url_;
    std::filesystem::path folder_;
};

/// Nothing when it was committed, otherwise why not.
inline std::optional<error> write(kernel::store& to, tenant_id in,
                                  std::move_only_function<bool(kernel::writing&)> apply) {
    std::promise<std::optional<error>> done;
    to.write({.tenant = in,
              .author = {},
              .client_key = {},
              .apply = std::move(apply),
              .finish = [&](std::optional<error> why) { done.set_value(std::move(why)); }});
    return done.get_future().get();
}

inline std::optional<error> read(kernel::store& from, tenant_id in,
                                 std::move_only_function<void(kernel::reading&)> run) {
    std::promise<std::optional<error>> done;
    from.read({.tenant = in,
               .run =
                   [&](kernel::reading& reading) {
                       run(reading);
                       done.set_value(std::nullopt);
                   },
               .failed = [&](error why) { done.set_value(std::move(why)); }});
    return done.get_future().get();
}

inline std::optional<error> with_directory(kernel::store& of, std::move_only_function<void(kernel::directory&)> run) {
    std::promise<std::optional<error>> done;
    of.with_directory(
        [&](kernel::directory& all) {
            run(all);
            done.set_value(std::nullopt);
        },
        [&](error why) { done.set_value(std::move(why)); });
    return done.get_future().get();
}

}  // namespace parley::storage::testing
