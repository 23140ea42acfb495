# Fits a line through points and draws it.
library(ggplot2)
require("dplyr")
source("R/helpers.R")
import::from(stats, lm)

MAX_POINTS <- 1000
default_colour = "steelblue"

#' Fit a line.
#'
#' @param points A data frame.
#' @export
fit_line <- function(points, weights = NULL) {
  if (nrow(points) > MAX_POINTS) {
    stop("too many points")
  }
  model <- stats::lm(y ~ x, data = points, weights = weights)
  model$call <- NULL
  coef(model)
}

residuals_of = function(model) {
  square <- function(value) value^2
  sum(square(model$residuals))
}

`%+%` <- function(left, right) paste0(left, right)

print.fit <- \(x, ...) cat("fit", x$name, "\n")

function(x) x -> identity_of

setClass("Account", representation(owner = "character", balance = "numeric"))
setGeneric("deposit", function(account, amount) standardGeneric("deposit"))
setMethod("deposit", "Account", function(account, amount) {
  account@balance <- account@balance + amount
  account
})

Stack <- R6Class("Stack",
  public = list(
    items = list(),
    push = function(item) {
      self$items <- c(self$items, item)
      invisible(self)
    }
  )
)

plot_fit <- function(points) {
  points %>%
    dplyr::filter(y > 0) %>%
    ggplot(aes(x, y)) + geom_point(colour = default_colour)
}
