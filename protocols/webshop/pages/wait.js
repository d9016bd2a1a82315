/* The waiting page asks for itself until it is another page, and then goes there. */
(function () {
  'use strict';
  var trouble = document.getElementById('trouble');
  var failed = 0;

  function go() {
    location.replace(location.href);
  }

  function heard(text) {
    failed = 0;
    trouble.hidden = true;
    if (text.includes('data-page="waiting"')) setTimeout(ask, 2000);
    else go();
  }

  /* The shop's answer does not need this page: what is lost is only the view of it. */
  function lost() {
    failed += 1;
    trouble.hidden = false;
    if (failed !== 30) setTimeout(ask, 5000);
  }

  function ask() {
    fetch(location.href, { redirect: 'manual', cache: 'no-store' })
      .then(function (answer) {
        if (answer.type === 'opaqueredirect') return go();
        if (answer.ok) return answer.text().then(heard);
        return lost();
      })
      .catch(lost);
  }

  setTimeout(ask, 2000);
})();
