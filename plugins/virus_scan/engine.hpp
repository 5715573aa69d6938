// What scans files with one set of signatures, and what it can say of them.
#pragma once

#include <parley/json.hpp>

#include <filesystem>
#include <string>

namespace virus_scan {

namespace sdk = parley::sdk;

/// What one scan may take.
struct limits {
    std::int64_t file_bytes = 104'857'600;  ///< of the file, and of each that is unpacked of it
    std::int64_t scan_bytes = 419'430'400;  ///< of all together
    std::int64_t files = 10'000;
    std::int64_t depth = 17;
    std::int64_t seconds = 120;

    bool operator==(const limits&) const = default;
};

/// `limited` is everything that was not read whole and had nothing in what was read.
enum class outcome : std::uint8_t { clean = 1, infected, limited, encrypted };
BOOST_DESCRIBE_ENUM(outcome, clean, infected, limited, encrypted)

struct finding {
    outcome is = outcome::limited;
    std::string name;  ///< the signature, or what was too much; empty when clean
};

/// One set of signatures for as long as it lives; used by several threads.
class engine {
public:
    engine() = default;
    virtual ~engine() = default;
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    /// The file at `path` in `folder`, reached over no link. An error: nothing is known of the file, and with the code
    /// `engine_lost` of no other file either until somebody has looked what is wrong with the engine. Any thread.
    [[nodiscard]] virtual sdk::result<finding> scan(const std::filesystem::path& folder,
                                                    const std::string& path) const = 0;
    /// Names this very set of signatures.
    [[nodiscard]] virtual const std::string& version() const = 0;
    /// How many; 0 when it is not known.
    [[nodiscard]] virtual std::int64_t signatures() const = 0;
};

}  // namespace virus_scan
