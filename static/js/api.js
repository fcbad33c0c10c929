// The page of the API: lists the operations of the OpenAPI document and tries them out with the reader's own sign-in.
const place = document.getElementById("api");

window.SwaggerUIBundle({
  url: place.dataset.schemaUrl,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  requestInterceptor: (request) => {
    if (request.method && request.method.toUpperCase() !== "GET") {
      request.headers["X-CSRFToken"] = place.dataset.csrfToken;
    }
    return request;
  },
});
