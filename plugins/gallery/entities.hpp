// The plugin's tables, as classes that the ODB compiler reads as C++14.
#pragma once

#include <parley/odb.hpp>

namespace gallery {

// What is known of a file, and whether there is something to be made of it.
#pragma db object table("item") pointer(std::shared_ptr)
struct item_row {
#pragma db id
    std::int64_t id = 0;  ///< the file's
    std::int64_t tenant = 0;
    std::int64_t conversation = 0;
    std::string model;
    std::int64_t shown = 0;  ///< 1: in the conversation's list when we heard of it last; asked again when it is read
    std::string name;
    std::string type;
    std::string category;
    std::string sha256;        ///< of what thumbnails were made of, or are to be
    std::string words;         ///< name and type, folded, to be searched
    std::string camera_words;  ///< what a camera wrote, folded
    std::string camera;        ///< the same as JSON; empty: nothing
    std::int64_t portfolio = 0;
    std::string state;       ///< pending, done, failed, none
    std::string reason;      ///< of failed
    std::int64_t tries = 0;  ///< counted before it is begun
    std::int64_t due = 0;    ///< when it may be begun (again), in milliseconds since 1970; 0: nothing is to be done
    std::int64_t recleaned = 0;
    std::int64_t width = 0;  ///< 0: unknown
    std::int64_t height = 0;
    std::int64_t duration_ms = -1;
    std::int64_t pages = -1;
    std::string taken_at;
    std::int64_t created = 0;
};

#pragma db object table("thumbnail") pointer(std::shared_ptr)
struct thumbnail_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t file = 0;
    std::int64_t size = 0;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t bytes = 0;
    std::string path;  ///< in the plugin's files folder
    std::string type;
};

#pragma db object table("label") pointer(std::shared_ptr)
struct label_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t conversation = 0;
    std::int64_t file = 0;
    std::string label;
};

// How far a tenant's files were looked at that were there before.
#pragma db object table("sweep") pointer(std::shared_ptr)
struct sweep_row {
#pragma db id
    std::int64_t tenant = 0;
    std::int64_t after = 0;  ///< the last file that was looked at
};

}  // namespace gallery
