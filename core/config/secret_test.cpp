// Secrets by reference: found, refused, and never shown.
#include "config/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/explain.hpp"
#include "config/testing/config_folder.hpp"

namespace parley::config {
namespace {

using testing::config_folder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view url = "postgresql://parley:hunter2@db.example:5432/parley";

std::string explained(const configuration& of) {
    std::string made;
    for (const auto& each : *explain(of, "server", "")) made += each.text();
    return made;
}

void expect_secret_from(const config_folder& folder, const environment& variables, std::string_view source) {
    const auto outcome = folder.load(variables);
    ASSERT_TRUE(outcome);
    EXPECT_EQ((*outcome)->server.database.url, url);
    const auto text = explained(**outcome);
    EXPECT_THAT(text, HasSubstr("database.url = <secret from " + std::string(source) + ">\n"));
    EXPECT_EQ(text.find("hunter2"), text.npos);
}

TEST(secret, comes_from_a_file_beside_the_configuration) {
    const config_folder folder;
    folder.write("parley.yaml", "database: {url: {secret: {file: secrets/url}}}\n");
    folder.write("secrets/url", std::string(url) + "\r\n");
    expect_secret_from(folder, {}, "file secrets/url");
}

TEST(secret, comes_from_a_variable) {
    const config_folder folder;
    folder.write("parley.yaml", "database:\n  url:\n    secret:\n      env: DB_URL\n");
    expect_secret_from(folder, {{"DB_URL", std::string(url)}}, "environment variable DB_URL");
}

TEST(secret, comes_from_a_credential) {
    const config_folder folder;
    folder.write("parley.yaml", "database: {url: {secret: {credential: db}}}\n");
    folder.write("credentials/db", url);
    expect_secret_from(folder, {{"CREDENTIALS_DIRECTORY", (folder.path() / "credentials").string()}}, "credential db");
}

TEST(secret, stays_one_when_a_variable_overrides_it) {
    const config_folder folder;
    folder.write("parley.yaml", "");
    expect_secret_from(folder, {{"PARLEY_DATABASE__URL", std::string(url)}},
                       "environment variable PARLEY_DATABASE__URL");
}

TEST(secret, that_cannot_be_read_is_an_error) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"{file: absent}", "no secret from file absent: no such file"},
        {"{file: .}", "no secret from file .: not a regular file"},
        {"{file: empty}", "no secret from file empty: it is empty"},
        {"{file: binary}", "no secret from file binary: it is not text"},
        {"{file: long}", "no secret from file long: longer than 65536 bytes"},
        {"{env: ABSENT}", "no secret from environment variable ABSENT: it is not set"},
        {"{credential: db}", "no secret from credential db: CREDENTIALS_DIRECTORY is not set"},
        {"{fil: x}", "expected {secret: {file: path}}, {secret: {env: NAME}} or {secret: {credential: name}}"},
        {"{file: x, env: Y}", "expected {secret: {file: path}}"},
        {"{file: ''}", "expected {secret: {file: path}}"},
        {"x", "expected {secret: {file: path}}"},
    };
    const config_folder folder;
    folder.write("empty", "\n");
    folder.write("binary", std::string_view("a\0b", 3));
    folder.write("long", std::string(70000, 'x'));
    for (const auto& [reference, why] : cases) {
        folder.write("parley.yaml", "database:\n  url: {secret: " + std::string(reference) + "}\n");
        EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr(why))) << reference;
    }
}

TEST(secret, from_a_credential_stays_in_its_folder) {
    const config_folder folder;
    folder.write("parley.yaml", "database: {url: {secret: {credential: ../parley.yaml}}}\n");
    EXPECT_THAT(folder.problems({{"CREDENTIALS_DIRECTORY", (folder.path() / "credentials").string()}}),
                ElementsAre(HasSubstr("it has to be a plain name")));
}

TEST(secret, is_for_settings_that_are_secrets) {
    const config_folder folder;
    folder.write("parley.yaml", "server: {public_url: {secret: {file: x}}}\n");
    EXPECT_THAT(folder.problems(), ElementsAre(HasSubstr("server.public_url: is no secret")));
}

TEST(secret, written_in_the_open_is_refused_without_being_repeated) {
    for (const std::string_view text :
         {"database: {url: 'postgresql://u:hunter2@h/d'}", "database: postgresql://u:hunter2@h",
          "database: {url: [hunter2]}", "database: {url: 'mysql://hunter2'}", "database: {urll: hunter2}",
          "database: {url: {hunter2: x}}"}) {
        const config_folder folder;
        folder.write("parley.yaml", text);
        const auto problems = folder.problems();
        ASSERT_FALSE(problems.empty()) << text;
        for (const auto& each : problems) {
            EXPECT_EQ(each.find("hunter2"), each.npos) << each;
        }
    }
}

TEST(secret, with_a_bad_value_is_not_repeated) {
    const config_folder folder;
    folder.write("parley.yaml", "database: {url: {secret: {file: url}}}\n");
    folder.write("url", "mysql://u:hunter2@h/d");
    const auto problems = folder.problems();
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].find("hunter2"), problems[0].npos) << problems[0];
    for (const auto& each : folder.problems({{"PARLEY_DATABASE__URL", "hunter2"}})) {
        EXPECT_EQ(each.find("hunter2"), each.npos) << each;
    }
}

}  // namespace
}  // namespace parley::config
