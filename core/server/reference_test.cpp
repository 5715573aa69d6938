// The reference pages say what the code, the manifests and a running server say. PARLEY_WRITE_REFERENCE=1 writes them.
#include "server/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/testing/self_signed.hpp"
#include "plugins/manifest.hpp"
#include "server/plugin_sections.hpp"
#include "server/server.hpp"
#include "server/server_metrics.hpp"
#include "server/testing/installation.hpp"

namespace parley::server {
namespace {

namespace fs = std::filesystem;
const fs::path root = PARLEY_SOURCE_DIR;

std::string content_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_current(const std::string& name, const std::string& text) {
    const auto page = root / "docs/reference" / name;
    if (std::getenv("PARLEY_WRITE_REFERENCE") != nullptr) std::ofstream(page) << text;
    EXPECT_EQ(content_of(page), text) << name << " is old; run this test with PARLEY_WRITE_REFERENCE=1";
}

/// Without the families of single plugins.
std::string server_metrics(const std::string& exposition, const std::vector<std::string>& plugins) {
    std::istringstream lines(exposition);
    std::string made;
    for (std::string line; std::getline(lines, line);)
        if (std::ranges::none_of(plugins, [&](const auto& id) { return line.contains("parley_plugin_" + id + "_"); }))
            made += line + '\n';
    return made;
}

/// A server where every shipped plugin is on everywhere.
class shipped : public ::testing::Test {
protected:
    void SetUp() override {
        for (const auto& entry : fs::directory_iterator(root / "plugins"))
            if (fs::exists(entry.path() / "plugin.yaml")) names_.push_back(entry.path().filename().string());
        std::ranges::sort(names_);
        ASSERT_FALSE(names_.empty());
        here_.write("parley.yaml",
                    fmt::format("server: {{port: 0, data_directory: var}}\n"
                                "plugins: {{folders: [\"{}\"], load: [{}], enable: [{}]}}\n",
                                PARLEY_SHIPPED_PLUGINS, fmt::join(names_, ", "), fmt::join(names_, ", ")));
        const auto loaded = load_with_plugins(here_.path() / "parley.yaml", {});
        ASSERT_TRUE(loaded) << loaded.error().front().text();
        auto started = server::start(*loaded, {.migrations = here_.migrations()});
        ASSERT_TRUE(started) << started.error().front().message;
        running_ = std::move(*started);
    }

    /// The body of what is answered there.
    [[nodiscard]] std::string fetch(const std::string& target) const {
        boost::asio::ip::tcp::iostream wire("127.0.0.1", std::to_string(running_->port()));
        wire.expires_after(std::chrono::seconds{20});
        wire << "GET " << target << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
        std::string whole{std::istreambuf_iterator<char>(wire), {}};
        return whole.substr(std::min(whole.find("\r\n\r\n") + 4, whole.size()));
    }

    [[nodiscard]] std::vector<plugins::embedded> manifests() const {
        std::vector<plugins::embedded> all;
        for (const auto& name : names_) {
            auto read = plugins::read_library(fs::path(PARLEY_SHIPPED_PLUGINS) / (name + ".so"));
            if (!read) {
                ADD_FAILURE() << name << ": " << read.error().front();
                continue;
            }
            all.push_back(std::move(*read));
        }
        return all;
    }

    testing::installation here_;
    std::vector<std::string> names_;
    std::unique_ptr<server> running_;
};

TEST(reference, of_hooks_is_current) {
    const auto page =
        hooks_reference(transport::operation_catalogue(), content_of(root / "sdk/include/parley/abi/ext/hooks.h"));
    for (const auto* part :
         {"| `conversation_kind` | text | \"channel\" |", "| `message.edit` | amend |", "| `member.add` | `"})
        EXPECT_TRUE(page.contains(part)) << part;
    expect_current("hooks.md", page);
}

TEST_F(shipped, metrics_reference_is_current) {
    const auto shown = parley::testing::self_signed();
    metrics::exposition more;
    write_certificate(more, key_pair::parse(shown.certificate, shown.key).value().get());
    const auto page = metrics_reference(server_metrics(fetch("/metrics"), names_) + more.text());
    EXPECT_TRUE(page.contains("| `parley_plugin_calls_total` | counter | end, plugin, what |"));
    expect_current("metrics.md", page);
}

TEST_F(shipped, plugins_reference_is_current) {
    const auto openapi = boost::json::parse(fetch("/api/v1/openapi.json")).as_object();
    const auto page = plugins_reference(manifests(), openapi, fetch("/metrics"));
    for (const auto& name : names_) EXPECT_TRUE(page.contains("\n## " + name + "\n")) << name;
    expect_current("plugins.md", page);
}

}  // namespace
}  // namespace parley::server
