// A plugin in front of the fake host, with its rows in a PostgreSQL of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <parley/testing/fake_host.hpp>
#include <string>

#include "storage/testing/postgres.hpp"

namespace parley::testing {

/// Its schema is made as the server does it: parley_outbox, and the plugin's migrations, each up, down and up again.
class on_postgresql : public ::testing::Test {
protected:
    static void SetUpTestSuite() { server() = std::make_unique<storage::testing::postgres>(); }
    static void TearDownTestSuite() { server().reset(); }

    on_postgresql() : url_(server()->create_database()), other_(PQconnectdb(url_.c_str())) {
        run("CREATE SCHEMA " + schema_);
        run("SET search_path TO " + schema_);
        run("CREATE TABLE parley_outbox (id BIGSERIAL PRIMARY KEY, tenant BIGINT NOT NULL, type TEXT NOT NULL, "
            "conversation BIGINT NOT NULL, user_id BIGINT NOT NULL, about BIGINT NOT NULL, data TEXT NOT NULL, "
            "created_at BIGINT NOT NULL)");
        migrate();
        const parley_database where{sizeof(parley_database), PARLEY_POSTGRESQL, borrow(url_), borrow(schema_)};
        host = std::make_unique<fake_host>(json::object{}, where);
    }
    ~on_postgresql() override { PQfinish(other_); }

    /// On another connection; gives the first value.
    std::string run(const std::string& sql) {
        auto* answer = PQexec(other_, sql.c_str());
        const auto status = PQresultStatus(answer);
        std::string value = PQntuples(answer) > 0 ? PQgetvalue(answer, 0, 0) : "";
        PQclear(answer);
        EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) << sql << ": " << PQerrorMessage(other_);
        return value;
    }
    static std::unique_ptr<storage::testing::postgres>& server() {
        static std::unique_ptr<storage::testing::postgres> one;
        return one;
    }

    std::unique_ptr<fake_host> host;

private:
    void migrate() {
        const std::string_view text(parley_plugin_section,
                                    static_cast<std::size_t>(parley_plugin_section_end - parley_plugin_section));
        const auto section = json::parse(text);
        const auto& files = section.at("migrations").at("postgresql").as_object();
        for (const auto& [file, unused] : files) {
            const std::string up(file);
            const auto at = up.find(".up.sql");
            if (at == std::string::npos) continue;
            for (const auto& one : {up, up.substr(0, at) + ".down.sql", up})
                run(std::string(files.at(one).as_string()));
        }
    }

    std::string url_;
    std::string schema_ = "plugin_" PARLEY_PLUGIN_ID;
    PGconn* other_;
};

}  // namespace parley::testing
