// A picture out of a video, by libav: one second from its beginning, or a tenth of it.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <memory>

#include "exif.hpp"
#include "picture.hpp"
#include "source.hpp"

namespace gallery {
namespace {

/// None that names other files or addresses, as lists of pieces do.
constexpr const char* formats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,ogg,mpeg,mpegts,flv,mp3,wav,flac,aac,aiff,amr";
constexpr int most_packets = 2'000;
constexpr int buffer_bytes = 64 * 1024;
constexpr std::int64_t most_probed = 16 << 20;

/// The file as libav reads it; over when the time is.
struct reading {
    const source& from;
    const making& by;
    std::int64_t at = 0;

    static int read(void* self, std::uint8_t* into, int most) {
        auto& is = *static_cast<reading*>(self);
        if (is.by.is_over()) return AVERROR_EXIT;
        const auto text = is.from.read(is.at, std::min(most, buffer_bytes));
        if (text.empty()) return AVERROR_EOF;
        std::copy(text.begin(), text.end(), into);
        is.at += static_cast<std::int64_t>(text.size());
        return static_cast<int>(text.size());
    }
    static std::int64_t seek(void* self, std::int64_t to, int how) {
        auto& is = *static_cast<reading*>(self);
        how &= ~AVSEEK_FORCE;
        if (how == AVSEEK_SIZE) return is.from.size();
        const auto base = how == SEEK_CUR ? is.at : how == SEEK_END ? is.from.size() : 0;
        if (to > 0 && base > INT64_MAX - to) return AVERROR(EINVAL);
        if (base + to < 0) return AVERROR(EINVAL);
        return is.at = base + to;
    }
    static int is_over(void* self) { return static_cast<reading*>(self)->by.is_over() ? 1 : 0; }
};

int refuse_others(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); }

struct let_go {
    void operator()(AVFormatContext* one) const { avformat_close_input(&one); }
    void operator()(AVIOContext* one) const {
        av_freep(&one->buffer);
        avio_context_free(&one);
    }
    void operator()(AVCodecContext* one) const { avcodec_free_context(&one); }
    void operator()(AVFrame* one) const { av_frame_free(&one); }
    void operator()(AVPacket* one) const { av_packet_free(&one); }
    void operator()(SwsContext* one) const { sws_freeContext(one); }
    void operator()(AVDictionary* one) const { av_dict_free(&one); }
};
template <class T>
using owned = std::unique_ptr<T, let_go>;

owned<AVFormatContext> opened(AVIOContext* io, reading& from) {
    AVFormatContext* made = avformat_alloc_context();
    made->pb = io;
    made->flags |= AVFMT_FLAG_CUSTOM_IO;
    made->io_open = &refuse_others;
    made->interrupt_callback = {.callback = &reading::is_over, .opaque = &from};
    made->probesize = most_probed;
    made->max_streams = 32;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "format_whitelist", formats, 0);
    const int error = avformat_open_input(&made, nullptr, nullptr, &options);
    const owned<AVDictionary> unused(options);
    if (error != 0) return {};  // it has freed it
    return owned<AVFormatContext>(made);
}

sdk::result<owned<AVCodecContext>> decoder_of(const AVStream& of, const AVCodec* by, const making& limits) {
    owned<AVCodecContext> made(avcodec_alloc_context3(by));
    if (made == nullptr || avcodec_parameters_to_context(made.get(), of.codecpar) < 0)
        return unreadable("Its pictures cannot be decoded.");
    made->thread_count = 1;
    made->max_pixels = limits.most_pixels;
    made->err_recognition = AV_EF_CAREFUL;
    if (std::int64_t{made->width} * made->height > limits.most_pixels) return too_many_pixels();
    if (avcodec_open2(made.get(), by, nullptr) < 0) return unreadable("Its pictures cannot be decoded.");
    return made;
}

/// The first picture that comes.
sdk::result<owned<AVFrame>> next_frame(AVFormatContext* in, int stream, AVCodecContext* decoder, const making& by) {
    const owned<AVPacket> packet(av_packet_alloc());
    owned<AVFrame> frame(av_frame_alloc());
    for (int i = 0; i < most_packets; ++i) {
        if (by.is_over()) return too_slow();
        const int got = av_read_frame(in, packet.get());
        if (got == 0 && packet->stream_index == stream) (void)avcodec_send_packet(decoder, packet.get());
        if (got != 0) (void)avcodec_send_packet(decoder, nullptr);
        av_packet_unref(packet.get());
        if (avcodec_receive_frame(decoder, frame.get()) == 0) return frame;
        if (got != 0) break;
    }
    return by.is_over() ? too_slow() : unreadable("It has no picture that can be decoded.");
}

/// Quarters of a circle, clockwise, by which it is to be turned.
int turns_of(const AVStream& of) {
    const auto* matrix = av_stream_get_side_data(&of, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
    if (matrix == nullptr) return 0;
    const double degrees = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
    return std::isfinite(degrees) ? static_cast<int>(std::lround(-degrees / 90) % 4 + 4) % 4 : 0;
}

pixels turned(const pixels& from) {
    pixels made{.width = from.height, .height = from.width, .rgb = std::string(from.rgb.size(), '\0')};
    const auto width = static_cast<std::size_t>(from.width);
    const auto height = static_cast<std::size_t>(from.height);
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            std::copy_n(&from.rgb[(y * width + x) * 3], 3, &made.rgb[(x * height + (height - 1 - y)) * 3]);
    return made;
}

sdk::result<pixels> scaled(const AVFrame& from, AVRational shape, std::int64_t longest) {
    const double stretch = shape.num > 0 && shape.den > 0 ? std::clamp(av_q2d(shape), 0.1, 10.0) : 1;
    const double width = from.width * stretch;
    const double scale = std::min(1.0, static_cast<double>(longest) / std::max<double>(width, from.height));
    const auto side = [&](double of) { return std::max(1, static_cast<int>(std::lround(of * scale))); };
    pixels made{.width = side(width), .height = side(from.height), .rgb = {}};
    const owned<SwsContext> by(sws_getContext(from.width, from.height, static_cast<AVPixelFormat>(from.format),
                                              made.width, made.height, AV_PIX_FMT_RGB24, SWS_AREA, nullptr, nullptr,
                                              nullptr));
    if (by == nullptr) return unreadable("Its pictures are of a kind that is not known.");
    // The library writes some bytes past a row.
    const int row = (made.width * 3 + 63) / 64 * 64;
    std::string rows(static_cast<std::size_t>(row) * static_cast<std::size_t>(made.height) + 64, '\0');
    auto* to = reinterpret_cast<std::uint8_t*>(rows.data());
    sws_scale(by.get(), from.data, from.linesize, 0, from.height, &to, &row);
    for (int y = 0; y < made.height; ++y)
        made.rgb.append(rows, static_cast<std::size_t>(y * row), static_cast<std::size_t>(made.width) * 3);
    return made;
}

sdk::result<pixels> poster_of(AVFormatContext* in, int stream, const AVCodec* codec, const making& by) {
    const auto& of = *in->streams[stream];
    auto decoder = decoder_of(of, codec, by);
    if (!decoder) return decoder.error();
    const auto second = AV_TIME_BASE;
    const auto at = in->duration > 0 ? std::min<std::int64_t>(second, in->duration / 10) : 0;
    if (at > 0) (void)av_seek_frame(in, -1, at, AVSEEK_FLAG_BACKWARD);
    auto frame = next_frame(in, stream, decoder->get(), by);
    if (!frame) return frame.error();
    const auto& is = **frame;
    if (is.width < 1 || is.height < 1 || std::int64_t{is.width} * is.height > by.most_pixels) return too_many_pixels();
    auto made = scaled(is, is.sample_aspect_ratio, by.largest());
    if (!made) return made;
    for (int i = turns_of(of); i > 0; --i) *made = turned(*made);
    return made;
}

}  // namespace

sdk::result<picture> read_video(const fs::path& path, const making& by) {
    av_log_set_level(AV_LOG_QUIET);
    const source file(path);
    reading from{.from = file, .by = by};
    const owned<AVIOContext> io(avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(buffer_bytes)), buffer_bytes, 0,
                                                   &from, &reading::read, nullptr, &reading::seek));
    const auto in = opened(io.get(), from);
    if (in == nullptr || avformat_find_stream_info(in.get(), nullptr) < 0)
        return by.is_over() ? too_slow() : unreadable("It cannot be read as a video or a recording.");
    picture made;
    if (in->duration > 0) made.duration_ms = in->duration / (AV_TIME_BASE / 1000);
    const auto* taken = av_dict_get(in->metadata, "creation_time", nullptr, 0);
    if (taken != nullptr) made.taken_at = moment_of(taken->value);
    const AVCodec* codec = nullptr;
    const int stream = av_find_best_stream(in.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream < 0 || codec == nullptr) return made;
    const auto& is = *in->streams[stream];
    made.width = is.codecpar->width;
    made.height = is.codecpar->height;
    if (turns_of(is) % 2 == 1) std::swap(made.width, made.height);
    const auto poster = poster_of(in.get(), stream, codec, by);
    if (!poster) return poster.error();
    auto small = write_small(*poster, by);
    if (!small) return small.error();
    made.small = std::move(*small);
    return made;
}

}  // namespace gallery
