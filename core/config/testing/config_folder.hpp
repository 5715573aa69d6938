// A folder of configuration files for one test, gone when the test is over.
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace parley::config::testing {

class config_folder {
public:
    config_folder() {
        std::random_device seed;
        path_ = std::filesystem::temp_directory_path() / ("parley-config-" + std::to_string(seed()) + "-test");
        if (!std::filesystem::create_directory(path_)) throw std::runtime_error("no folder of our own");
    }
    ~config_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    config_folder(const config_folder&) = delete;
    config_folder& operator=(const config_folder&) = delete;

    /// Writes a file, with the folders on the way; the name is relative.
    void write(const std::filesystem::path& name, std::string_view text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream stream(path_ / name, std::ios::binary);
        stream << text;
        if (!stream.flush()) throw std::runtime_error("cannot write " + name.string());
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    [[nodiscard]] loaded load(const environment& variables = {}) const {
        return config::load(path_ / "parley.yaml", variables);
    }

    /// The problems' texts, with file names relative to the folder; empty when the configuration is good.
    [[nodiscard]] std::vector<std::string> problems(const environment& variables = {}) const {
        std::vector<std::string> made;
        const auto outcome = load(variables);
        if (outcome) return made;
        const std::string prefix = path_.string() + "/";
        for (const auto& each : outcome.error()) {
            std::string text = each.text();
            for (auto at = text.find(prefix); at != text.npos; at = text.find(prefix)) text.erase(at, prefix.size());
            made.push_back(std::move(text));
        }
        return made;
    }

private:
    std::filesystem::path path_;
};

}  // namespace parley::config::testing
