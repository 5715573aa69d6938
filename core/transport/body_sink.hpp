// Where a transfer's body goes: into files of the plugin's folder.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "transport/multipart_reader.hpp"

namespace parley::transport {

/// What a plugin lets in.
struct admitted_body {
    std::string folder;                 ///< in the plugin's own
    std::uint64_t most_bytes = 0;       ///< of all together
    std::uint64_t most_part_bytes = 0;  ///< of one file
    std::size_t most_parts = 0;         ///< files
    std::string append_to;              ///< a file's name; empty: new ones
    std::uint64_t at = 0;
    boost::json::object kept;

    /// Out of {"folder", …}; an error when it makes no sense, which is the plugin's fault.
    [[nodiscard]] static result<admitted_body> read(const boost::json::object&);
};

/// A body on its way to the disk. Every function may wait for it; one after the other, on any thread.
class body_sink {
public:
    virtual ~body_sink() = default;
    /// body_too_large, too_many_parts, disk_full, file_unwritable, offset_conflict, multipart_…
    [[nodiscard]] virtual result<void> write(std::string_view) = 0;
    /// That was all: on the disk when it returns.
    [[nodiscard]] virtual result<void> finish() = 0;
    /// Nothing more will come: what is there goes away, unless it was appended.
    virtual void give_up() = 0;
    /// What arrived, for the plugin: "bytes", "parts", "fields".
    [[nodiscard]] virtual boost::json::object received() const = 0;
};

/// The body is one file.
[[nodiscard]] std::unique_ptr<body_sink> bytes_sink(beneath in, admitted_body);
/// The body is a form with files.
[[nodiscard]] std::unique_ptr<body_sink> parts_sink(beneath in, admitted_body, std::string_view boundary);

}  // namespace parley::transport
