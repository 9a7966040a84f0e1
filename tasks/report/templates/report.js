"use strict";
(function () {
  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }
  document.querySelectorAll("section.findable").forEach(function (section) {
    var tools = section.querySelector(".find");
    var field = tools.querySelector("input");
    var choice = tools.querySelector("select");
    var shown = tools.querySelector("output");
    var groups = Array.from(section.querySelectorAll(".group"));
    var rows = Array.from(section.querySelectorAll(".row")).map(function (row) {
      var group = row.closest(".group");
      var above = group ? group.querySelector(".about").textContent : "";
      return { row: row, group: group, text: plain(above + " " + row.textContent), kind: row.dataset.kind };
    });
    groups.forEach(function (group) { group.wasOpen = group.open; });
    function find() {
      var words = plain(field.value).split(/\s+/).filter(Boolean);
      var kind = choice ? choice.value : "";
      var asked = words.length > 0 || kind !== "";
      var left = 0;
      groups.forEach(function (group) { group.hidden = asked; group.open = asked || group.wasOpen; });
      rows.forEach(function (one) {
        var fits = (kind === "" || one.kind === kind) && words.every(function (word) { return one.text.includes(word); });
        one.row.hidden = !fits;
        left += fits ? 1 : 0;
        if (fits && one.group) { one.group.hidden = false; }
      });
      shown.textContent = asked ? left + " / " + rows.length : "";
    }
    field.addEventListener("input", find);
    if (choice) { choice.addEventListener("change", find); }
    tools.hidden = false;
  });
})();
