/* The shop has not heard yet: look again in a moment. */
setTimeout(function () {
  location.reload();
}, 2000);
