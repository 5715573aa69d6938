// Something wrong in a configuration, said so that the operator finds the place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::config {

/// One fault. Never contains a secret's value; file names, paths and values are safe to print on a terminal.
struct problem {
    std::string file;     ///< the file, or "environment variable NAME"
    int line = 0;         ///< from 1; 0 when there is no line to point at
    int column = 0;       ///< from 1, in bytes; 0 when there is no line to point at
    std::string path;     ///< the setting, such as "server.port"; empty when the fault is not one setting's
    std::string message;  ///< one sentence without a full stop

    /// "config/parley.yaml:3:9: server.port: expected a whole number from 0 to 65535, found 99999"
    [[nodiscard]] std::string text() const;
};

/// Collects problems up to a bound; what is beyond is only counted.
class problem_list {
public:
    static constexpr std::size_t limit = 200;

    void add(problem found);

    [[nodiscard]] bool empty() const { return kept_.empty(); }

    /// All that was kept, each file's in the order of its lines, and a last one that says how many more there are.
    [[nodiscard]] std::vector<problem> take();

private:
    std::vector<problem> kept_;
    std::size_t beyond_ = 0;
};

/// The text with control characters, direction marks and invalid bytes escaped, cut to a readable length.
[[nodiscard]] std::string printable(std::string_view text);

/// Where the first byte stands that is not UTF-8, or begins a control character other than tab and line ends or a mark
/// that reverses direction (a line then reads differently from what it does); npos when there is none.
[[nodiscard]] std::size_t first_bad_byte(std::string_view text);

}  // namespace parley::config
