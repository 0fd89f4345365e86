#include "plot/write.h"

#include <cairo-svg.h>
#include <cairo.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "plot/draw.h"
#include "support/try.h"

namespace spikeloom::plot {
namespace {

constexpr double kPixelRatio = 2;  // PNG pixels per unit: sharp on today's screens and in print
constexpr double kMostPixels = 30000;

struct FreeSurface {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
};
struct FreeContext {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};

cairo_status_t append(void* target, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

Error cairo_error(cairo_status_t status) {
  return {ErrorKind::io, std::string("cannot draw the picture: ") + cairo_status_to_string(status)};
}

}  // namespace

Result<Format> format_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (ending == ".svg") return Format::svg;
  if (ending == ".png") return Format::png;
  return Error(ErrorKind::usage,
               "a picture's file name must end in .svg or .png, got '" + displayable(path.string()) + "'");
}

Result<std::string> render(const Figure& figure, Format format) {
  const double width = figure.width, height = height_of(figure);
  if (!(width >= 100 && width <= kMostPixels / kPixelRatio && height <= kMostPixels / kPixelRatio))
    return Error(ErrorKind::limit,
                 "the picture would be " + std::to_string(std::llround(width)) + " x " +
                     std::to_string(std::llround(height)) + " pixels",
                 "plot fewer signals at once");
  std::string bytes;
  std::unique_ptr<cairo_surface_t, FreeSurface> surface(
      format == Format::svg
          ? cairo_svg_surface_create_for_stream(append, &bytes, width, height)
          : cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::lround(width * kPixelRatio)),
                                       static_cast<int>(std::lround(height * kPixelRatio))));
  std::unique_ptr<cairo_t, FreeContext> context(cairo_create(surface.get()));
  if (format == Format::png) cairo_scale(context.get(), kPixelRatio, kPixelRatio);
  Canvas canvas(context.get());
  draw(figure, canvas);
  if (const auto status = cairo_status(context.get()); status != CAIRO_STATUS_SUCCESS)
    return cairo_error(status);
  if (format == Format::png) {
    if (const auto status = cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
        status != CAIRO_STATUS_SUCCESS)
      return cairo_error(status);
  } else {
    cairo_surface_finish(surface.get());
    if (const auto status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS)
      return cairo_error(status);
  }
  return bytes;
}

Result<void> write(const Figure& figure, const std::filesystem::path& path) {
  TRY(const Format format, format_of(path));
  TRY(const std::string bytes, render(figure, format));
  std::filesystem::path partial = path;
  partial += ".part";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
      return Error(ErrorKind::io,
                   "cannot write '" + displayable(path.string()) + "': " + std::strerror(errno));
  }
  std::error_code problem;
  std::filesystem::rename(partial, path, problem);
  if (problem)
    return Error(ErrorKind::io, "cannot write '" + displayable(path.string()) + "': " + problem.message());
  return {};
}

}  // namespace spikeloom::plot
