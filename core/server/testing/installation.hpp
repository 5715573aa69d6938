// A configuration, a data directory and the command line in a folder that is gone when the test is over.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "config/testing/config_folder.hpp"
#include "server/command_line.hpp"
#include "server/configuration_file.hpp"

namespace parley::server::testing {

struct ended {
    int code = 0;
    std::string out;
    std::string err;
};

class installation {
public:
    installation() {
        folder_.write("parley.yaml", "server: {port: 0, data_directory: var}\n");
        folder_.write("tenants/demo.yaml", "display_name: Demo\n");
    }

    /// Runs `parley` here with these arguments.
    [[nodiscard]] ended run(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), {"--config", (folder_.path() / "parley.yaml").string()});
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        const int code = run_command_line(arguments, {in, out, err}, variables_);
        return {code, out.str(), err.str()};
    }

    /// For the command line from now on.
    void give_variable(const std::string& name, const std::string& value) { variables_[name] = value; }

    void write(const std::filesystem::path& name, std::string_view text) const { folder_.write(name, text); }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path migrations() const { return migrations_folder(variables_); }
    [[nodiscard]] config::loaded load() const { return config::load(folder_.path() / "parley.yaml", {}); }

private:
    config::testing::config_folder folder_;
    // Of this process's own only what says where the migrations are.
    config::environment variables_{{"PARLEY_MIGRATIONS", migrations_folder(config::process_environment()).string()}};
};

}  // namespace parley::server::testing
